//! A log with transactions that keeps every promise, and processes that use it: writes valid histories.

use std::collections::BTreeMap;

use tidemill_environment::{Random, SeededRandom};
use tidemill_history::{Event, EventKind, Function, GroupView, MicroOperation, Watermarks};

const KEYS: u64 = 3;
const PROCESSES: u64 = 5;
const STEPS: u64 = 500;
/// Values of one key that a poll returns at most.
const POLL_SIZE: usize = 4;
const OBSERVER: u64 = 10_000;
const MEMBERS: [u64; 2] = [20_000, 20_001];

#[derive(Clone, Copy, PartialEq)]
enum State {
    Open,
    Committed,
    Aborted,
}

/// A value, or a control record, and the transaction it belongs to.
#[derive(Clone, Copy)]
struct Entry {
    value: Option<u64>,
    transaction: Option<usize>,
}

#[derive(Default)]
struct Process {
    id: u64,
    subscribed: bool,
    /// Keys it reads and its offset in each.
    positions: BTreeMap<usize, usize>,
    running: Option<Running>,
}

/// An operation under way.
struct Running {
    function: Function,
    planned: Vec<Planned>,
    done: Vec<MicroOperation>,
    rebalanced: Vec<String>,
    transaction: Option<usize>,
    before: BTreeMap<usize, usize>,
}

#[derive(Clone, Copy)]
enum Planned {
    Send(usize, u64),
    Poll,
}

/// The world.
struct Model {
    random: SeededRandom,
    logs: Vec<Vec<Entry>>,
    transactions: Vec<State>,
    processes: Vec<Process>,
    events: Vec<Event>,
    next_value: u64,
    next_process: u64,
    generation: i64,
    committed: BTreeMap<String, i64>,
}

/// The history of one seed: nothing in it is wrong.
pub(crate) fn history(seed: u64) -> Vec<Event> {
    let mut model = Model {
        random: SeededRandom::new(seed),
        logs: (0..KEYS).map(|_| Vec::new()).collect(),
        transactions: Vec::new(),
        processes: Vec::new(),
        events: Vec::new(),
        next_value: 1,
        next_process: 0,
        generation: 1,
        committed: BTreeMap::new(),
    };
    for _ in 0..PROCESSES {
        let process = model.fresh();
        model.processes.push(process);
    }
    for _ in 0..STEPS {
        match model.random.below(30) {
            0 => model.observe(),
            1 => model.group(),
            2 => model.resolve_one(),
            _ => {
                let number = model.random.below(PROCESSES);
                model.step(usize::try_from(number).unwrap());
            }
        }
    }
    model.finish();
    model.events
}

fn name(key: usize) -> String {
    format!("t-{key}")
}

impl Model {
    fn key(&mut self) -> usize {
        usize::try_from(self.random.below(KEYS)).unwrap()
    }

    fn fresh(&mut self) -> Process {
        self.next_process += 1;
        let positions = (0..self.logs.len()).map(|key| (key, 0)).collect();
        Process { id: self.next_process, positions, ..Process::default() }
    }

    fn emit(&mut self, process: u64, kind: EventKind, function: Function) -> &mut Event {
        let index = self.events.len() as u64;
        let mut event = Event::new(process, kind, function);
        (event.index, event.time_ns) = (index, index * 1_000);
        self.events.push(event);
        self.events.last_mut().unwrap()
    }

    fn step(&mut self, number: usize) {
        let mut process = std::mem::take(&mut self.processes[number]);
        match process.running.take() {
            None => self.begin(&mut process),
            Some(running) => self.go_on(&mut process, running),
        }
        self.processes[number] = process;
    }

    fn begin(&mut self, process: &mut Process) {
        let function = match self.random.below(40) {
            0 | 1 => return self.reassign(process, Function::Assign),
            2 => return self.reassign(process, Function::Subscribe),
            3 => {
                self.emit(process.id, EventKind::Invoke, Function::Crash);
                self.emit(process.id, EventKind::Info, Function::Crash);
                *process = self.fresh();
                return;
            }
            4..=9 => Function::Send,
            10..=17 => Function::Poll,
            _ => Function::Txn,
        };
        let length = if function == Function::Txn { 1 + self.random.below(4) } else { 1 };
        let planned: Vec<Planned> = (0..length).map(|_| self.plan(function)).collect();
        let transaction = (function == Function::Txn).then(|| {
            self.transactions.push(State::Open);
            self.transactions.len() - 1
        });
        self.emit(process.id, EventKind::Invoke, function).micro_operations = planned
            .iter()
            .map(|planned| match planned {
                Planned::Send(key, value) => {
                    MicroOperation::Send { key: name(*key), offset: None, value: *value }
                }
                Planned::Poll => MicroOperation::Poll(BTreeMap::new()),
            })
            .collect();
        if process.subscribed && self.random.below(6) == 0 {
            self.go_back(process);
        }
        let before = process.positions.clone();
        let done = Vec::new();
        process.running =
            Some(Running { function, planned, done, rebalanced: Vec::new(), transaction, before });
    }

    fn plan(&mut self, function: Function) -> Planned {
        let send = match function {
            Function::Send => true,
            Function::Poll => false,
            _ => self.random.below(2) == 0,
        };
        if !send {
            return Planned::Poll;
        }
        self.next_value += 1;
        Planned::Send(self.key(), self.next_value)
    }

    fn reassign(&mut self, process: &mut Process, function: Function) {
        let keys: Vec<usize> = (0..self.logs.len()).filter(|_| self.random.below(3) > 0).collect();
        process.subscribed = function == Function::Subscribe;
        process.positions = keys
            .iter()
            .map(|key| (*key, usize::try_from(self.random.below(1 + self.logs[*key].len() as u64)).unwrap()))
            .collect();
        for kind in [EventKind::Invoke, EventKind::Ok] {
            self.emit(process.id, kind, function).keys = keys.iter().map(|key| name(*key)).collect();
        }
    }

    fn go_on(&mut self, process: &mut Process, mut running: Running) {
        if let Some(planned) = running.planned.get(running.done.len()).copied() {
            let done = match planned {
                Planned::Send(key, value) => {
                    self.logs[key].push(Entry { value: Some(value), transaction: running.transaction });
                    let offset = i64::try_from(self.logs[key].len() - 1).unwrap();
                    MicroOperation::Send { key: name(key), offset: Some(offset), value }
                }
                Planned::Poll => self.poll(process, &mut running),
            };
            running.done.push(done);
            process.running = Some(running);
            return;
        }
        let kind = match self.random.below(10) {
            0 if running.transaction.is_some() => EventKind::Fail,
            1 => EventKind::Info,
            _ => EventKind::Ok,
        };
        self.end(process, running, kind);
    }

    fn end(&mut self, process: &mut Process, mut running: Running, kind: EventKind) {
        match (kind, running.transaction) {
            (EventKind::Ok, Some(transaction)) => self.resolve(transaction, State::Committed),
            (EventKind::Fail, Some(transaction)) => self.resolve(transaction, State::Aborted),
            _ => {}
        }
        let forget = kind == EventKind::Info && (running.transaction.is_none() || self.random.below(2) == 0);
        for operation in running.done.iter_mut().filter(|_| forget) {
            if let MicroOperation::Send { offset, .. } = operation {
                *offset = None;
            }
        }
        let event = self.emit(process.id, kind, running.function);
        event.micro_operations = running.done;
        event.rebalanced = running.rebalanced;
        match kind {
            EventKind::Info => *process = self.fresh(),
            EventKind::Fail => process.positions = running.before,
            _ => {}
        }
    }

    /// Now and then a subscriber's keys change hands, and reading goes on further back.
    fn poll(&mut self, process: &mut Process, running: &mut Running) -> MicroOperation {
        if process.subscribed && self.random.below(4) == 0 {
            running.rebalanced.extend(process.positions.keys().copied().map(name));
            self.go_back(process);
        }
        let returned =
            process.positions.iter_mut().map(|(key, position)| (name(*key), self.read(*key, position)));
        MicroOperation::Poll(returned.filter(|(_, values)| !values.is_empty()).collect())
    }

    fn go_back(&mut self, process: &mut Process) {
        for position in process.positions.values_mut() {
            *position = usize::try_from(self.random.below(1 + *position as u64)).unwrap();
        }
    }

    fn is_open(&self, entry: &Entry) -> bool {
        entry.transaction.is_some_and(|transaction| self.transactions[transaction] == State::Open)
    }

    fn last_stable(&self, key: usize) -> usize {
        let log = &self.logs[key];
        log.iter().position(|entry| self.is_open(entry)).unwrap_or(log.len())
    }

    fn read(&self, key: usize, position: &mut usize) -> Vec<(i64, u64)> {
        let mut values = Vec::new();
        let stable = self.last_stable(key);
        while *position < stable && values.len() < POLL_SIZE {
            let entry = self.logs[key][*position];
            let aborted = entry.transaction.is_some_and(|number| self.transactions[number] == State::Aborted);
            values.extend(
                entry.value.filter(|_| !aborted).map(|value| (i64::try_from(*position).unwrap(), value)),
            );
            *position += 1;
        }
        values
    }

    fn resolve(&mut self, transaction: usize, state: State) {
        self.transactions[transaction] = state;
        for log in &mut self.logs {
            if log.iter().any(|entry| entry.transaction == Some(transaction)) {
                log.push(Entry { value: None, transaction: None });
            }
        }
    }

    /// Transactions that nobody works on any more: one of them ends, either way.
    fn resolve_one(&mut self) {
        let running: Vec<usize> = self
            .processes
            .iter()
            .filter_map(|process| process.running.as_ref().and_then(|running| running.transaction))
            .collect();
        let open = (0..self.transactions.len())
            .find(|number| self.transactions[*number] == State::Open && !running.contains(number));
        if let Some(transaction) = open {
            let state = if self.random.below(2) == 0 { State::Committed } else { State::Aborted };
            self.resolve(transaction, state);
        }
    }

    fn observe(&mut self) {
        self.emit(OBSERVER, EventKind::Invoke, Function::Observe);
        let seen = (0..self.logs.len()).map(|key| {
            let end = i64::try_from(self.logs[key].len()).unwrap();
            let watermarks = Watermarks {
                log_start: Some(0),
                last_stable: Some(i64::try_from(self.last_stable(key)).unwrap()),
                high_watermark: Some(end),
                log_end: Some(end),
                leader_epoch: Some(i32::try_from(self.events.len()).unwrap() / 100),
            };
            (name(key), watermarks)
        });
        let seen = seen.collect();
        self.emit(OBSERVER, EventKind::Ok, Function::Observe).partitions = seen;
    }

    /// A new generation with its owners, or a commit of one of them.
    fn group(&mut self) {
        let rebalance = self.random.below(3) == 0;
        self.generation += i64::from(rebalance);
        for member in MEMBERS {
            let mut view = GroupView {
                id: "g".to_owned(),
                member: format!("m{member}"),
                generation: self.generation,
                ..GroupView::default()
            };
            if rebalance {
                view.owned = (0..self.logs.len())
                    .filter(|key| (key % 2 == 0) == (member % 2 == 0))
                    .map(name)
                    .collect();
            } else {
                let key = name(self.key());
                let offset = self.committed.get(&key).copied().unwrap_or(0)
                    + i64::try_from(self.random.below(4)).unwrap();
                self.committed.insert(key.clone(), offset);
                view.offsets.insert(key, offset);
            }
            for kind in [EventKind::Invoke, EventKind::Ok] {
                self.emit(member, kind, Function::Group).group = Some(view.clone());
            }
        }
    }

    /// Everybody stops, what is open ends, and two new processes read everything.
    fn finish(&mut self) {
        for number in 0..self.processes.len() {
            while self.processes[number].running.is_some() {
                self.step(number);
            }
        }
        while self.transactions.contains(&State::Open) {
            self.resolve_one();
        }
        for _ in 0..2 {
            let mut process = self.fresh();
            for kind in [EventKind::Invoke, EventKind::Ok] {
                self.emit(process.id, kind, Function::Assign).keys = (0..self.logs.len()).map(name).collect();
            }
            while (0..self.logs.len()).any(|key| process.positions[&key] < self.logs[key].len()) {
                self.emit(process.id, EventKind::Invoke, Function::Poll).micro_operations =
                    vec![MicroOperation::Poll(BTreeMap::new())];
                let returned = (0..self.logs.len()).map(|key| {
                    let mut position = process.positions[&key];
                    let values = self.read(key, &mut position);
                    process.positions.insert(key, position);
                    (name(key), values)
                });
                let returned = MicroOperation::Poll(returned.collect());
                self.emit(process.id, EventKind::Ok, Function::Poll).micro_operations = vec![returned];
            }
        }
        self.observe();
    }
}
