//! Runs every story and compares its outcome with what another way of computing gives.

mod flights;
mod invoices;
