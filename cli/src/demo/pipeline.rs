//! Broker, producer, topology and reader in one process, speaking Kafka's protocol over loopback.
//!
//! Every flight adds exactly one to `scheduled` of its window, so that the sum over the newest results says how many
//! flights the topology has counted: when that is all of them, the results are final.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use parking_lot::Mutex;
use tidemill_broker::{Broker, BrokerConfig};
use tidemill_client::{
    Admin, AdminConfig, BlockingConsumer, BlockingProducer, Consumer, ConsumerConfig, DeliveryError,
    NewTopic, Producer, ProducerConfig, ProducerRecord, Properties, TopicPartition,
};
use tidemill_environment::{Clock, SystemClock};
use tidemill_examples::flights;
use tidemill_streams::{Application, ApplicationState, StreamsConfig};

use super::flights_file::Flight;
use super::results::Results;
use super::screen::{Progress, Screen, rate};
use crate::interrupt::Interrupt;
use crate::output::{self, counted, thousands};
use crate::timestamp;

/// How long nothing may move before the demo gives up.
const STALL_LIMIT: Duration = Duration::from_secs(60);
/// How long one poll for results waits.
const POLL_TIMEOUT: Duration = Duration::from_millis(50);
/// How long each part may take to stop.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(10);

/// Sends all flights through the topology and returns the newest result of each window.
pub(super) fn run(flights: &[Flight], interrupt: &Interrupt) -> anyhow::Result<Results> {
    // Declared first, so that it is removed last, whatever happens.
    let dir = tempfile::Builder::new()
        .prefix("tidemill-demo-")
        .tempdir()
        .context("cannot make a temporary folder")?;
    let broker = start_broker(&dir.path().join("broker"))?;
    let bootstrap = broker.bootstrap_servers();
    create_topics(&bootstrap)?;
    output::write(&format!(
        "broker at {bootstrap}, data in {}: {} to topic {}, results in topic {}\n",
        dir.path().display(),
        counted(flights.len() as u64, "flight"),
        flights::INPUT_TOPIC,
        flights::OUTPUT_TOPIC
    ))?;
    let application = start_application(&bootstrap, &dir.path().join("state"))?;
    let results = follow(flights, &bootstrap, &application, interrupt);
    let closed = application.close(CLOSE_TIMEOUT);
    broker.shutdown();
    let results = results?;
    ensure!(
        closed == ApplicationState::Stopped,
        "the topology did not stop within {CLOSE_TIMEOUT:?}: it is {closed:?}"
    );
    dir.close().context("cannot remove the temporary folder")?;
    Ok(results)
}

fn start_broker(data_dir: &Path) -> anyhow::Result<Broker> {
    let data_dir = data_dir.to_str().context("the temporary folder's name is not UTF-8")?;
    let properties = [
        ("listeners", "PLAINTEXT://127.0.0.1:0"),
        ("log.dirs", data_dir),
        ("group.initial.rebalance.delay.ms", "0"),
        ("offsets.topic.num.partitions", "1"),
    ];
    let properties = properties.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
    Ok(Broker::start(BrokerConfig::from_properties(properties)?)?)
}

fn create_topics(bootstrap: &str) -> anyhow::Result<()> {
    let admin = Admin::connect(AdminConfig::new(bootstrap))?.blocking();
    let topics = [flights::INPUT_TOPIC, flights::OUTPUT_TOPIC].map(|name| NewTopic::new(name, 1));
    output::all_worked(&output::part(admin.create_topics(topics.to_vec())?).1)
}

fn start_application(bootstrap: &str, state_dir: &Path) -> anyhow::Result<Application> {
    let mut config = StreamsConfig::new("tidemill-demo", bootstrap);
    config.state_dir = state_dir.to_owned();
    config.commit_interval = Duration::from_millis(100);
    Ok(Application::start(&flights::topology()?, &config)?)
}

/// Produces and reads until every flight is counted.
fn follow(
    flights: &[Flight],
    bootstrap: &str,
    application: &Application,
    interrupt: &Interrupt,
) -> anyhow::Result<Results> {
    let production = Arc::new(Production::default());
    std::thread::scope(|scope| {
        let producing = scope.spawn(|| produce(flights, bootstrap, &production));
        let followed = read(flights.len() as u64, bootstrap, &production, || {
            if interrupt.came() {
                bail!("interrupted before every flight was counted");
            }
            if let Some(error) = application.failure() {
                bail!("the topology failed: {error}");
            }
            production.error.lock().take().map_or(Ok(()), |error| Err(anyhow::Error::new(error)))
        });
        production.stopping.store(true, Ordering::Relaxed);
        let produced = producing.join().unwrap_or_else(|_| bail!("the producing thread panicked"));
        followed.and_then(|results| produced.map(|()| results))
    })
}

/// What the producing thread and the reader share.
#[derive(Debug, Default)]
struct Production {
    acknowledged: AtomicU64,
    error: Mutex<Option<DeliveryError>>,
    stopping: AtomicBool,
}

fn produce(flights: &[Flight], bootstrap: &str, production: &Arc<Production>) -> anyhow::Result<()> {
    let properties = [
        ("bootstrap.servers", bootstrap),
        ("linger.ms", "5"),
        ("batch.size", "131072"),
        ("compression.type", "lz4"),
    ];
    let producer = Producer::connect(ProducerConfig::from_properties(&text(&properties))?)?.blocking();
    let sent = send_all(flights, &producer, production);
    // What became of each record is in its delivery.
    drop(producer.close(CLOSE_TIMEOUT));
    sent
}

fn send_all(
    flights: &[Flight],
    producer: &BlockingProducer,
    production: &Arc<Production>,
) -> anyhow::Result<()> {
    let topic: Arc<str> = Arc::from(flights::INPUT_TOPIC);
    for flight in flights {
        if production.stopping.load(Ordering::Relaxed) {
            break;
        }
        let record = ProducerRecord::new(Arc::clone(&topic))
            .value(flight.line.clone())
            .timestamp(timestamp::parse(&flight.time_hour)?);
        let production = Arc::clone(production);
        producer.send_with(record, move |result| match result {
            Ok(_) => {
                production.acknowledged.fetch_add(1, Ordering::Relaxed);
            }
            Err(error) => {
                production.error.lock().get_or_insert(error);
            }
        })?;
    }
    Ok(())
}

/// Reads results until they count all flights; `check` says what else ends it.
fn read(
    total: u64,
    bootstrap: &str,
    production: &Production,
    check: impl Fn() -> anyhow::Result<()>,
) -> anyhow::Result<Results> {
    let clock = SystemClock::new();
    let consumer = output_consumer(bootstrap)?;
    let mut results = Results::default();
    let mut screen = Screen::new();
    let mut moved = (0, 0, Duration::ZERO);
    loop {
        check()?;
        for batch in consumer.poll(POLL_TIMEOUT)?.batches() {
            for record in batch.records() {
                let record = record?;
                results.add(record.key, record.value)?;
            }
        }
        let elapsed = clock.now().monotonic;
        let produced = production.acknowledged.load(Ordering::Relaxed);
        let progress = Progress { total, produced, elapsed };
        if results.scheduled() >= total {
            screen.finish(progress, &results)?;
            output::write(&rates(total, elapsed))?;
            return Ok(results);
        }
        screen.show(progress, &results)?;
        if (produced, results.scheduled()) != (moved.0, moved.1) {
            moved = (produced, results.scheduled(), elapsed);
        }
        if elapsed > moved.2 + STALL_LIMIT {
            bail!(
                "nothing moved for {STALL_LIMIT:?}: produced {} and processed {} of {} flights",
                thousands(produced),
                thousands(results.scheduled()),
                thousands(total)
            );
        }
    }
}

fn output_consumer(bootstrap: &str) -> anyhow::Result<BlockingConsumer> {
    let properties = [("bootstrap.servers", bootstrap), ("max.poll.records", "100000")];
    let consumer = Consumer::connect(ConsumerConfig::from_properties(&text(&properties))?)?.blocking();
    let partition = TopicPartition::new(flights::OUTPUT_TOPIC, 0);
    consumer.assign(vec![partition.clone()])?;
    consumer.seek(&partition, 0)?;
    Ok(consumer)
}

fn text(pairs: &[(&str, &str)]) -> Properties {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

fn rates(total: u64, elapsed: Duration) -> String {
    format!(
        "\n{} through broker and topology in {:.1} s: {} flights a second\n",
        counted(total, "flight"),
        elapsed.as_secs_f64(),
        thousands(rate(total, elapsed))
    )
}
