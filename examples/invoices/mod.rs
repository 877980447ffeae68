//! Invoices from orders, exactly once: every invoice and the position behind its order share one transaction.
//!
//! A worker that fails leaves nothing half done: what it had not committed is aborted, by itself or by the next worker
//! of its name, which reads those orders again. Readers of committed data see one invoice for each order. It works
//! on any Kafka cluster; the messages are text, so that `tidemill consume` shows them.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, anyhow};
use tidemill_client::{
    AutoOffsetReset, BlockingConsumer, BlockingProducer, Consumer, ConsumerConfig, IsolationLevel,
    OffsetAndMetadata, Polled, Producer, ProducerConfig, ProducerRecord,
};

/// Topic of the orders: key the order's number, value what was ordered.
pub const ORDERS: &str = "orders";
/// Topic of the invoices: key the order's number, value the price in cents.
pub const INVOICES: &str = "invoices";
const GROUP: &str = "invoicing";
/// Orders in one transaction, at most.
const MAX_ORDERS: u32 = 100;

/// Reads orders and writes invoices.
pub struct Worker<P> {
    orders: BlockingConsumer,
    invoices: BlockingProducer,
    price_in_cents: P,
}

impl<P: Fn(&str) -> anyhow::Result<u64>> Worker<P> {
    /// Starts the worker `name`. One of the same name that still runs is fenced, its open transaction aborted.
    ///
    /// # Errors
    /// When no broker answers.
    pub fn start(bootstrap_servers: &str, name: &str, price_in_cents: P) -> anyhow::Result<Self> {
        let mut config = ProducerConfig::new(bootstrap_servers);
        config.transactional_id = Some(format!("{GROUP}-{name}"));
        let invoices = Producer::connect(config)?.blocking();
        invoices.init_transactions()?;
        let mut config = ConsumerConfig::new(bootstrap_servers);
        config.group_id = Some(GROUP.to_owned());
        // A static member (KIP-345): the next worker of this name has its partitions at once.
        config.group_instance_id = Some(name.to_owned());
        config.enable_auto_commit = false;
        config.auto_offset_reset = AutoOffsetReset::Earliest;
        config.isolation_level = IsolationLevel::ReadCommitted;
        config.max_poll_records = MAX_ORDERS;
        let orders = Consumer::connect(config)?.blocking();
        orders.subscribe(&[ORDERS])?;
        Ok(Self { orders, invoices, price_in_cents })
    }

    /// Waits for orders, writes their invoices in one transaction, and returns how many there were.
    ///
    /// # Errors
    /// When an order has no price or the transaction failed; it is aborted then. Start a new worker.
    pub fn work(&self, timeout: Duration) -> anyhow::Result<usize> {
        let polled = self.orders.poll(timeout)?;
        if polled.is_empty() {
            return Ok(0);
        }
        self.invoices.begin_transaction()?;
        let written = self.write(&polled).and_then(|count| {
            self.invoices.commit_transaction()?;
            Ok(count)
        });
        if written.is_err() {
            // If this fails too, the next worker's start aborts.
            let _ = self.invoices.abort_transaction();
        }
        written
    }

    fn write(&self, polled: &Polled) -> anyhow::Result<usize> {
        let mut count = 0;
        let mut positions = BTreeMap::new();
        for batch in polled.batches() {
            for record in batch.records() {
                let record = record?;
                let (number, order) = (record.key.unwrap_or_default(), record.value.unwrap_or_default());
                let price = (self.price_in_cents)(std::str::from_utf8(order)?).with_context(|| {
                    format!("order at offset {} of {}", record.offset, batch.topic_partition())
                })?;
                let invoice = ProducerRecord::new(INVOICES).key(number.to_vec()).value(price.to_string());
                drop(self.invoices.send(invoice)?);
                count += 1;
            }
            positions.insert(batch.topic_partition().clone(), OffsetAndMetadata::new(batch.next_offset()));
        }
        let group = self.orders.group_metadata().ok_or_else(|| anyhow!("not a member of {GROUP}"))?;
        self.invoices.send_offsets_to_transaction(positions, &group)?;
        Ok(count)
    }
}
