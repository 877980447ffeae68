//! Plants one anomaly each in a valid history. Each returns false if the history has no place for it.

use std::collections::{BTreeMap, BTreeSet};

use tidemill_environment::{Random, SeededRandom};
use tidemill_history::{Anomaly, Event, EventKind, Function, MicroOperation, Watermarks};

type Plant = fn(&mut [Event], &mut SeededRandom) -> bool;

/// Every anomaly there is, with each way to plant it.
pub(crate) const PLANTS: [(Anomaly, &str, Plant); 24] = [
    (Anomaly::InconsistentOffsets, "a reader sees another value", other_value),
    (Anomaly::Duplicate, "a value comes again behind the end", again_behind_the_end),
    (Anomaly::AcknowledgedElsewhere, "an acknowledgement names another offset", other_acknowledgement),
    (Anomaly::NeverSent, "a value out of nothing", out_of_nothing),
    (Anomaly::NeverSent, "a value in the wrong partition", wrong_partition),
    (Anomaly::AbortedRead, "an aborted value is read", aborted_read),
    (Anomaly::PrecommittedRead, "a transaction reads itself", reads_itself),
    (Anomaly::LostWrite, "an acknowledged value vanishes from the middle", vanishes_from_the_middle),
    (Anomaly::LostWrite, "one value of a transaction of unknown end vanishes", torn_transaction),
    (Anomaly::Unseen, "the last acknowledged value vanishes", last_vanishes),
    (Anomaly::Unseen, "one value of an unknown end vanishes, offset unknown", torn_without_offset),
    (Anomaly::InternalPollSkip, "a poll leaves one out", poll_leaves_out),
    (Anomaly::InternalNonmonotonicPoll, "a poll returns two in the wrong order", poll_swaps),
    (Anomaly::PollSkip, "the next poll leaves one out", next_poll_leaves_out),
    (Anomaly::NonmonotonicPoll, "the next poll repeats one", next_poll_repeats),
    (Anomaly::InternalNonmonotonicSend, "two sends of an operation change places", sends_change_places),
    (Anomaly::NonmonotonicSend, "two sends of a producer change places", sends_of_two_change_places),
    (Anomaly::CircularFlow, "two transactions read each other", read_each_other),
    (Anomaly::CircularFlowInTime, "a transaction reads the future", reads_the_future),
    (Anomaly::EndBehindAcknowledged, "a log ends below an acknowledged offset", end_goes_back),
    (Anomaly::WatermarkWentBack, "a watermark goes back", watermark_goes_back),
    (Anomaly::WatermarksDisagree, "stable behind the high watermark", stable_too_high),
    (Anomaly::GroupOffsetWentBack, "a group's offset goes back", group_offset_goes_back),
    (Anomaly::TwoOwners, "two members own a partition", two_owners),
];

/// A polled value: event, micro-operation, key, place in the key's list.
type Site = (usize, usize, String, usize);

fn pick<T>(candidates: Vec<T>, random: &mut SeededRandom) -> Option<T> {
    let count = u64::try_from(candidates.len()).unwrap();
    if count == 0 {
        return None;
    }
    candidates.into_iter().nth(usize::try_from(random.below(count)).unwrap())
}

fn sites(events: &[Event]) -> Vec<Site> {
    let mut sites = Vec::new();
    for (number, event) in events.iter().enumerate().filter(|(_, event)| event.kind == EventKind::Ok) {
        for (position, operation) in event.micro_operations.iter().enumerate() {
            let MicroOperation::Poll(returned) = operation else { continue };
            for (key, values) in returned {
                sites.extend((0..values.len()).map(|at| (number, position, key.clone(), at)));
            }
        }
    }
    sites
}

fn list<'a>(events: &'a mut [Event], site: &Site) -> &'a mut Vec<(i64, u64)> {
    match &mut events[site.0].micro_operations[site.1] {
        MicroOperation::Poll(returned) => returned.entry(site.2.clone()).or_default(),
        MicroOperation::Send { .. } => panic!("a site is a poll"),
    }
}

/// A send: event, key, acknowledged offset, value.
type Send = (usize, String, i64, u64);

fn sends(events: &[Event], kind: EventKind, function: Option<Function>) -> Vec<Send> {
    let mut found = Vec::new();
    let fits =
        |event: &Event| event.kind == kind && function.is_none_or(|function| event.function == function);
    for (number, event) in events.iter().enumerate().filter(|(_, event)| fits(event)) {
        for operation in &event.micro_operations {
            if let MicroOperation::Send { key, offset: Some(offset), value } = operation {
                found.push((number, key.clone(), *offset, *value));
            }
        }
    }
    found
}

fn read_values(events: &[Event]) -> BTreeMap<u64, (String, i64)> {
    let mut values = BTreeMap::new();
    for event in events.iter().filter(|event| event.kind == EventKind::Ok) {
        for operation in &event.micro_operations {
            let MicroOperation::Poll(returned) = operation else { continue };
            for (key, list) in returned {
                values.extend(list.iter().map(|(offset, value)| (*value, (key.clone(), *offset))));
            }
        }
    }
    values
}

/// The highest offset that is read of each key.
fn ends(events: &[Event]) -> BTreeMap<String, i64> {
    let mut ends = BTreeMap::new();
    for (key, offset) in read_values(events).into_values() {
        let end = ends.entry(key).or_insert(offset);
        *end = offset.max(*end);
    }
    ends
}

fn remove_everywhere(events: &mut [Event], value: u64) {
    for operation in events.iter_mut().flat_map(|event| &mut event.micro_operations) {
        if let MicroOperation::Poll(returned) = operation {
            returned.values_mut().for_each(|list| list.retain(|(_, other)| *other != value));
        }
    }
}

/// `a` and `b` stand in each other's place, for everybody.
fn exchange(events: &mut [Event], (a, at_a): (u64, i64), (b, at_b): (u64, i64)) {
    for operation in events.iter_mut().flat_map(|event| &mut event.micro_operations) {
        match operation {
            MicroOperation::Send { offset: Some(offset), value, .. } if *value == a => *offset = at_b,
            MicroOperation::Send { offset: Some(offset), value, .. } if *value == b => *offset = at_a,
            MicroOperation::Send { .. } => {}
            MicroOperation::Poll(returned) => {
                for (_, value) in returned.values_mut().flatten() {
                    *value = if *value == a {
                        b
                    } else if *value == b {
                        a
                    } else {
                        *value
                    };
                }
            }
        }
    }
}

fn other_value(events: &mut [Event], random: &mut SeededRandom) -> bool {
    let Some(site) = pick(sites(events), random) else { return false };
    let others: Vec<u64> = read_values(events)
        .into_iter()
        .filter(|(_, (key, _))| *key == site.2)
        .map(|(value, _)| value)
        .collect();
    let here = list(events, &site)[site.3].1;
    let Some(other) = pick(others.into_iter().filter(|value| *value != here).collect(), random) else {
        return false;
    };
    list(events, &site)[site.3].1 = other;
    true
}

fn again_behind_the_end(events: &mut [Event], random: &mut SeededRandom) -> bool {
    let Some(site) = pick(sites(events), random) else { return false };
    let value = list(events, &site)[site.3].1;
    append_at_the_end(events, &site.2, value)
}

/// Puts a value behind everything that the last reader saw of a key.
fn append_at_the_end(events: &mut [Event], key: &str, value: u64) -> bool {
    let Some(site) = sites(events).into_iter().rev().find(|site| site.2 == key) else { return false };
    let end = ends(events)[key];
    list(events, &site).push((end + 100, value));
    true
}

fn other_acknowledgement(events: &mut [Event], random: &mut SeededRandom) -> bool {
    let Some((number, _, _, chosen)) = pick(sends(events, EventKind::Ok, None), random) else { return false };
    for operation in &mut events[number].micro_operations {
        if let MicroOperation::Send { offset: Some(offset), value, .. } = operation
            && *value == chosen
        {
            *offset += 1_000_000;
        }
    }
    true
}

fn out_of_nothing(events: &mut [Event], random: &mut SeededRandom) -> bool {
    pick(sites(events), random).is_some_and(|site| append_at_the_end(events, &site.2, 1 << 40))
}

fn wrong_partition(events: &mut [Event], random: &mut SeededRandom) -> bool {
    let Some(site) = pick(sites(events), random) else { return false };
    let value = list(events, &site)[site.3].1;
    let elsewhere = ends(events).into_keys().find(|key| *key != site.2);
    elsewhere.is_some_and(|key| append_at_the_end(events, &key, value))
}

fn aborted_read(events: &mut [Event], random: &mut SeededRandom) -> bool {
    let Some((_, key, offset, value)) = pick(sends(events, EventKind::Fail, None), random) else {
        return false;
    };
    let Some(site) = pick(sites(events).into_iter().filter(|site| site.2 == key).collect(), random) else {
        return false;
    };
    let list = list(events, &site);
    list.push((offset, value));
    list.sort_unstable();
    true
}

fn reads_itself(events: &mut [Event], random: &mut SeededRandom) -> bool {
    let Some((number, key, offset, value)) = pick(sends(events, EventKind::Ok, Some(Function::Txn)), random)
    else {
        return false;
    };
    events[number].micro_operations.push(poll(key, offset, value));
    true
}

fn poll(key: String, offset: i64, value: u64) -> MicroOperation {
    MicroOperation::Poll(BTreeMap::from([(key, vec![(offset, value)])]))
}

fn vanishes_from_the_middle(events: &mut [Event], random: &mut SeededRandom) -> bool {
    let ends = ends(events);
    let middle = sends(events, EventKind::Ok, None)
        .into_iter()
        .filter(|(_, key, offset, _)| ends.get(key).is_some_and(|end| offset < end))
        .collect();
    let Some((_, _, _, value)) = pick(middle, random) else { return false };
    remove_everywhere(events, value);
    true
}

/// Values of transactions of unknown end that have another value which was read.
fn torn_candidates(events: &[Event]) -> Vec<Send> {
    let read = read_values(events);
    let ends = ends(events);
    let all = sends(events, EventKind::Info, Some(Function::Txn));
    let has_read_sibling = |send: &Send| {
        all.iter().any(|other| other.0 == send.0 && other.3 != send.3 && read.contains_key(&other.3))
    };
    all.iter()
        .filter(|send| read.contains_key(&send.3) && ends[&send.1] > send.2 && has_read_sibling(send))
        .cloned()
        .collect()
}

fn torn_transaction(events: &mut [Event], random: &mut SeededRandom) -> bool {
    let Some((_, _, _, value)) = pick(torn_candidates(events), random) else { return false };
    remove_everywhere(events, value);
    true
}

fn torn_without_offset(events: &mut [Event], random: &mut SeededRandom) -> bool {
    let Some((number, _, _, torn)) = pick(torn_candidates(events), random) else { return false };
    remove_everywhere(events, torn);
    for operation in &mut events[number].micro_operations {
        if let MicroOperation::Send { offset, .. } = operation {
            *offset = None;
        }
    }
    true
}

fn last_vanishes(events: &mut [Event], random: &mut SeededRandom) -> bool {
    let ends = ends(events);
    let last = sends(events, EventKind::Ok, None)
        .into_iter()
        .filter(|(_, key, offset, _)| ends.get(key) == Some(offset))
        .collect();
    let Some((_, _, _, value)) = pick(last, random) else { return false };
    remove_everywhere(events, value);
    true
}

fn poll_leaves_out(events: &mut [Event], random: &mut SeededRandom) -> bool {
    let inner = sites(events);
    let inner: Vec<Site> =
        inner.into_iter().filter(|site| site.3 > 0 && site.3 + 1 < list(events, site).len()).collect();
    let Some(site) = pick(calm(events, inner), random) else { return false };
    list(events, &site).remove(site.3);
    true
}

/// Sites in operations whose keys did not change hands.
fn calm(events: &[Event], sites: Vec<Site>) -> Vec<Site> {
    sites.into_iter().filter(|site| events[site.0].rebalanced.is_empty()).collect()
}

fn poll_swaps(events: &mut [Event], random: &mut SeededRandom) -> bool {
    let later = sites(events).into_iter().filter(|site| site.3 > 0).collect();
    let Some(site) = pick(calm(events, later), random) else { return false };
    list(events, &site).swap(site.3 - 1, site.3);
    true
}

/// First values of an operation of the last two processes, which assign; and the value polled before each.
fn continuing(events: &[Event]) -> Vec<(Site, (i64, u64))> {
    let readers: BTreeSet<u64> =
        events.iter().filter(|event| event.function == Function::Poll).map(|event| event.process).collect();
    let readers: BTreeSet<u64> = readers.into_iter().rev().take(2).collect();
    let mut last: BTreeMap<(u64, String), (i64, u64)> = BTreeMap::new();
    let mut found = Vec::new();
    let mut events_copy = events.to_vec();
    for site in sites(events).into_iter().filter(|site| readers.contains(&events[site.0].process)) {
        let value = list(&mut events_copy, &site)[site.3];
        let before = last.insert((events[site.0].process, site.2.clone()), value);
        if let Some(before) = before.filter(|_| site.3 == 0) {
            found.push((site, before));
        }
    }
    found
}

fn next_poll_leaves_out(events: &mut [Event], random: &mut SeededRandom) -> bool {
    let long = continuing(events).into_iter().filter(|(site, _)| list(events, site).len() > 1).collect();
    let Some((site, _)) = pick(long, random) else { return false };
    list(events, &site).remove(0);
    true
}

fn next_poll_repeats(events: &mut [Event], random: &mut SeededRandom) -> bool {
    let Some((site, before)) = pick(continuing(events), random) else { return false };
    list(events, &site).insert(0, before);
    true
}

fn pairs_of_sends(events: &[Event], same_operation: bool) -> Vec<(Send, Send)> {
    let sends = sends(events, EventKind::Ok, None);
    let mut pairs = Vec::new();
    for (position, first) in sends.iter().enumerate() {
        for second in &sends[position + 1..] {
            let same = events[first.0].process == events[second.0].process;
            if same && first.1 == second.1 && (first.0 == second.0) == same_operation {
                pairs.push((first.clone(), second.clone()));
            }
        }
    }
    pairs
}

fn change_places(events: &mut [Event], random: &mut SeededRandom, same_operation: bool) -> bool {
    let Some((first, second)) = pick(pairs_of_sends(events, same_operation), random) else { return false };
    exchange(events, (first.3, first.2), (second.3, second.2));
    true
}

fn sends_change_places(events: &mut [Event], random: &mut SeededRandom) -> bool {
    change_places(events, random, true)
}

fn sends_of_two_change_places(events: &mut [Event], random: &mut SeededRandom) -> bool {
    change_places(events, random, false)
}

fn two_transactions(events: &[Event], random: &mut SeededRandom) -> Option<(Send, Send)> {
    let sends = sends(events, EventKind::Ok, Some(Function::Txn));
    let first = pick(sends.clone(), random)?;
    let second = pick(sends.into_iter().filter(|send| send.0 > first.0).collect(), random)?;
    Some((first, second))
}

fn read_each_other(events: &mut [Event], random: &mut SeededRandom) -> bool {
    let Some((first, second)) = two_transactions(events, random) else { return false };
    events[first.0].micro_operations.push(poll(second.1, second.2, second.3));
    events[second.0].micro_operations.push(poll(first.1, first.2, first.3));
    true
}

fn reads_the_future(events: &mut [Event], random: &mut SeededRandom) -> bool {
    let Some((first, second)) = two_transactions(events, random) else { return false };
    let process = events[second.0].process;
    // What reads nothing depends on nothing: only time closes the circle.
    let polled = events[second.0]
        .micro_operations
        .iter()
        .any(|operation| matches!(operation, MicroOperation::Poll(_)));
    let began = events[..second.0].iter().rposition(|event| event.process == process).unwrap();
    events[first.0].micro_operations.push(poll(second.1, second.2, second.3));
    began > first.0 && !polled
}

/// The observations: number of the event that ended it; its beginning is the event ahead of it.
fn observations(events: &[Event]) -> Vec<usize> {
    let observed = |(_, event): &(usize, &Event)| event.kind == EventKind::Ok && !event.partitions.is_empty();
    events.iter().enumerate().filter(observed).map(|(number, _)| number).collect()
}

fn end_goes_back(events: &mut [Event], random: &mut SeededRandom) -> bool {
    let Some(number) = pick(observations(events), random) else { return false };
    let before = sends(&events[..number - 1], EventKind::Ok, None);
    let Some((_, key, offset, _)) = pick(before, random) else { return false };
    events[number].partitions.insert(key, Watermarks { log_end: Some(offset), ..Watermarks::default() });
    true
}

fn watermark_goes_back(events: &mut [Event], random: &mut SeededRandom) -> bool {
    let observations = observations(events);
    let Some(first) = pick(observations.clone(), random) else { return false };
    let later = observations.into_iter().filter(|number| *number > first).collect();
    let (Some(second), Some((key, seen))) =
        (pick(later, random), pick(events[first].partitions.clone().into_iter().collect(), random))
    else {
        return false;
    };
    let now = events[second].partitions.get_mut(&key).unwrap();
    match random.below(4) {
        0 => now.last_stable = seen.last_stable.map(|offset| offset - 1),
        1 => now.high_watermark = seen.high_watermark.map(|offset| offset - 1),
        2 => now.log_end = seen.log_end.map(|offset| offset - 1),
        _ => now.leader_epoch = seen.leader_epoch.map(|epoch| epoch - 1),
    }
    true
}

fn stable_too_high(events: &mut [Event], random: &mut SeededRandom) -> bool {
    let Some(number) = pick(observations(events), random) else { return false };
    let seen = events[number].partitions.values_mut().next().unwrap();
    seen.last_stable = seen.high_watermark.map(|offset| offset + 1);
    true
}

fn group_offset_goes_back(events: &mut [Event], random: &mut SeededRandom) -> bool {
    let stored = |event: &Event| {
        let view = event.group.as_ref().filter(|_| event.kind == EventKind::Ok)?;
        view.offsets.iter().next().map(|(key, offset)| (view.generation, key.clone(), *offset))
    };
    let mut last: BTreeMap<(i64, String), i64> = BTreeMap::new();
    let mut pairs = Vec::new();
    for (number, event) in events.iter().enumerate() {
        let Some((generation, key, offset)) = stored(event) else { continue };
        pairs.extend(last.insert((generation, key), offset).map(|before| (number, before)));
    }
    let Some((number, before)) = pick(pairs, random) else { return false };
    events[number].group.as_mut().unwrap().offsets.values_mut().for_each(|offset| *offset = before - 1);
    true
}

fn two_owners(events: &mut [Event], random: &mut SeededRandom) -> bool {
    let owns = |event: &Event| event.group.as_ref().is_some_and(|view| !view.owned.is_empty());
    let ends: Vec<usize> = (0..events.len())
        .filter(|number| events[*number].kind == EventKind::Ok && owns(&events[*number]))
        .collect();
    let Some(number) = pick(ends, random) else { return false };
    let view = events[number].group.as_mut().unwrap();
    view.owned = vec!["t-0".to_owned(), "t-1".to_owned()];
    true
}
