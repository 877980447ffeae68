//! January on a broker: produced by the native client, three partitions, two threads.

use std::time::Duration;

use tidemill_broker::{Broker, BrokerConfig};
use tidemill_client::{Admin, AdminConfig, NewTopic, Producer, ProducerConfig, ProducerRecord};
use tidemill_environment::{Clock, SystemClock};
use tidemill_examples::flights::{HourSummary, INPUT_TOPIC, OUTPUT_TOPIC, STORE, topology};
use tidemill_streams::{Application, ApplicationState, StreamsConfig};

use super::batch::{Hours, batch, january, time_hour};

const PATIENCE: Duration = Duration::from_secs(60);
const PARTITIONS: i32 = 3;

fn hours(application: &Application) -> anyhow::Result<Hours> {
    let store = application.window_store::<String, HourSummary>(STORE)?;
    let entries = store.all(usize::MAX)?.into_iter();
    let hours = entries.map(|entry| {
        let summary = entry.value;
        let hour = (entry.key.key, time_hour(entry.key.window.start_ms));
        (hour, (summary.scheduled, summary.departed, summary.delay_minutes))
    });
    Ok(hours.collect())
}

#[test]
fn january_through_broker_and_application_equals_the_batch_computation() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let broker = Broker::start(BrokerConfig::for_tests(&folder.path().join("broker")))?;
    let bootstrap = broker.bootstrap_servers();
    let topics = [INPUT_TOPIC, OUTPUT_TOPIC].map(|topic| NewTopic::new(topic, PARTITIONS));
    for (_, created) in
        Admin::connect(AdminConfig::new(&bootstrap))?.blocking().create_topics(topics.to_vec())?
    {
        created?;
    }
    let mut config = StreamsConfig::new("flights", &bootstrap);
    config.state_dir = folder.path().join("state");
    config.threads = 2;
    config.commit_interval = Duration::from_millis(200);
    let application = Application::start(&topology()?, &config)?;
    assert_eq!(
        application.wait_until_running(PATIENCE),
        ApplicationState::Running,
        "{:?}",
        application.failure()
    );
    let text = january()?;
    let producer = Producer::connect(ProducerConfig::new(&bootstrap))?.blocking();
    for line in text.lines() {
        drop(producer.send(ProducerRecord::new(INPUT_TOPIC).value(line.to_owned()))?);
    }
    producer.flush()?;
    let expected = batch(&text)?;
    let clock = SystemClock::new();
    let deadline = clock.now().monotonic + PATIENCE;
    while hours(&application)? != expected {
        assert!(clock.now().monotonic < deadline, "{:?} {:?}", application.state(), application.metrics());
        std::thread::yield_now();
    }
    assert_eq!(application.metrics().late_records, 0);
    assert_eq!(application.close(PATIENCE), ApplicationState::Stopped);
    broker.shutdown();
    Ok(())
}
