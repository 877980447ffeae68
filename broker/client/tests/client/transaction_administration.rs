//! The admin client and transactions.

use std::time::Duration;

use tidemill_client::{ErrorCode, HangingTransaction, TopicPartition, TransactionFilter};
use tidemill_environment::{Recoverable, Recovery};

use crate::cluster::{fresh, read, topic};
use crate::transactions::{commit_one, committed_only, send, transactional};

#[test]
fn the_admin_describes_fences_and_aborts_transactions() {
    let (name, id) = (topic("admin", 1), fresh("id"));
    let (admin, partition) = (crate::cluster::admin(), TopicPartition::new(name.as_str(), 0));
    let producer = transactional(&id, 2, |config| config.transaction_timeout = Duration::from_secs(50));
    producer.begin_transaction().unwrap();
    send(&producer, &name, 0, "open");
    producer.flush().unwrap();

    let described = admin.describe_transactions(&[&id]).unwrap().remove(0).1.unwrap();
    assert_eq!((described.state.as_str(), described.timeout), ("Ongoing", Duration::from_secs(50)));
    assert!(described.start_time_ms.is_some_and(|start| start > 0));
    assert_eq!(described.partitions, std::slice::from_ref(&partition));
    let filter = TransactionFilter { states: vec!["Ongoing".to_owned()], ..TransactionFilter::default() };
    let listed = admin.list_transactions(&filter).unwrap();
    let row = listed.iter().find(|row| row.transactional_id == id).unwrap();
    assert_eq!((row.producer_id, row.state.as_str()), (described.producer_id, "Ongoing"));
    let others = TransactionFilter { producer_ids: vec![described.producer_id + 1], ..filter };
    assert!(admin.list_transactions(&others).unwrap().iter().all(|row| row.transactional_id != id));
    let writers = admin.describe_producers(std::slice::from_ref(&partition)).unwrap().remove(0).1.unwrap();
    let (of, start) = (described.producer_id, Some(0));
    assert_eq!((writers[0].producer_id, writers[0].transaction_start_offset), (of, start));
    let unknown = admin.describe_transactions(&["nobody's"]).unwrap().remove(0).1.unwrap_err();
    assert_eq!(unknown.code(), Some(ErrorCode::TransactionalIdNotFound));

    let (_, epoch) = admin.fence_producers(&[&id]).unwrap().remove(0).1.unwrap();
    assert!(epoch > described.producer_epoch);
    assert!(producer.commit_transaction().is_err());
    assert_eq!(producer.abort_transaction().unwrap_err().recovery(), Recovery::Fenced);
    commit_one(&transactional(&id, 2, |_| ()), &name, 1, "next");
    assert_eq!(read(&committed_only(&name, 1), 1)[&0], ["next"]);
}

#[test]
fn a_transaction_that_hangs_in_one_partition_is_aborted_there() {
    let (name, admin) = (topic("hanging", 1), crate::cluster::admin());
    let partition = TopicPartition::new(name.as_str(), 0);
    let producer =
        transactional(&fresh("id"), 2, |config| config.transaction_timeout = Duration::from_secs(600));
    producer.begin_transaction().unwrap();
    send(&producer, &name, 0, "hangs");
    producer.flush().unwrap();
    let writer =
        admin.describe_producers(std::slice::from_ref(&partition)).unwrap().remove(0).1.unwrap().remove(0);
    let hanging = HangingTransaction {
        partition: partition.clone(),
        producer_id: writer.producer_id,
        producer_epoch: i16::try_from(writer.producer_epoch).unwrap(),
        coordinator_epoch: writer.coordinator_epoch.unwrap_or(0),
    };
    admin.abort_transaction(&hanging).unwrap();
    let writer =
        admin.describe_producers(std::slice::from_ref(&partition)).unwrap().remove(0).1.unwrap().remove(0);
    assert_eq!(writer.transaction_start_offset, None);
    crate::cluster::fill(&name, 1, 1);
    assert_eq!(read(&committed_only(&name, 1), 1)[&0], ["0"]);
}
