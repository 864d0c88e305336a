//! Everything that a server writes at one moment.

use domain::{CallState, MicroYuan, TokenId};
use ledger::Day;

use super::Meter;
use super::sample::{NOON_MS, Payer, hold_one, id_at, rich, state_of, sums, take, taken, used};
use crate::conformance::sample::key;
use crate::{Batch, Bought, BoughtFilter, Committed, Resolution, Resolved, ServerId, Spending, Taken, Unanswered};

const SERVER: ServerId = ServerId(7);
const UPSTREAM: &str = "global";

fn nothing() -> Batch {
    Batch {
        charges: Vec::new(),
        holds: Vec::new(),
        holds_expire_at_ms: u64::MAX >> 1,
        resolved: Vec::new(),
        note: Unanswered { server: SERVER, beat: 1, calls: Vec::new() },
        spending: Vec::new(),
        bought: Vec::new(),
    }
}

fn day() -> Day {
    Day::of(NOON_MS)
}

fn reserve(price: u64) -> Spending {
    let budget = Some(MicroYuan(50));
    Spending::Reserve { upstream: UPSTREAM.to_owned(), day: day(), price: MicroYuan(price), budget }
}

fn bought() -> Bought {
    Bought {
        number: 0,
        key: key("42"),
        upstream: UPSTREAM.to_owned(),
        received_at_ms: NOON_MS,
        age_s: 0,
        price: MicroYuan(30),
        info: None,
        body: vec![1],
    }
}

/// A batch with something of each kind; the held calls 1 and 2 are posted and voided in it.
async fn everything<S: Meter>(store: &S, payer: Payer) -> Batch {
    for serial in [1, 2] {
        taken(hold_one(store, take(payer, serial, 10), u64::MAX >> 1).await);
    }
    let resolved = |serial, resolution| Resolved::new(id_at(NOON_MS, serial), resolution);
    let release = Spending::Release { upstream: UPSTREAM.to_owned(), day: day(), price: MicroYuan(10) };
    Batch {
        charges: vec![take(payer, 3, 10), take(payer, 4, 1_000)],
        holds: vec![take(payer, 5, 10)],
        resolved: vec![
            resolved(1, Resolution::Post),
            resolved(2, Resolution::Void(CallState::Rejected)),
            resolved(9, Resolution::Post),
        ],
        spending: vec![reserve(30), reserve(30), release],
        bought: vec![bought()],
        ..nothing()
    }
}

/// Off the runtime, as a batch is written.
fn commit<S: Meter>(store: &S, batch: Batch) -> Committed {
    tokio::task::block_in_place(|| store.commit(batch))
}

async fn spent<S: Meter>(store: &S) -> MicroYuan {
    store.upstream_record(UPSTREAM, day()).await.expect("a record").spent
}

async fn kept<S: Meter>(store: &S) -> usize {
    store.bought(BoughtFilter { limit: 10, ..BoughtFilter::default() }).await.expect("the answers").len()
}

/// Each part comes out as by its own method, in its own order; the note names what is charged and what is posted, and its server holds
/// what is held.
pub async fn every_part_of_a_batch_is_written<S: Meter>(store: &S) {
    let payer = rich(store, "team", 100).await;
    let batch = everything(store, payer).await;
    let Committed { charged, held, ended, spent: reserved, kept: keeping } = commit(store, batch);
    assert!(matches!(charged.expect("outcomes")[..], [Taken::Taken(_), Taken::Refused(_)]));
    assert!(matches!(held.expect("outcomes")[..], [Taken::Taken(_)]));
    assert_eq!(ended.expect("outcomes"), [true, true, false]);
    let reserved: Vec<bool> = reserved.into_iter().map(|spent| spent.expect("an answer")).collect();
    assert_eq!((reserved, keeping.len(), kept(store).await), (vec![true, false, true], 1, 1));
    keeping.into_iter().for_each(|kept| kept.expect("kept"));
    assert_eq!(spent(store).await, MicroYuan(20));
    assert_eq!((sums(store, payer).await, used(store, payer).await), ([70, 20, 10], (2, 20)));
    for (serial, state) in
        [(1, CallState::Succeeded), (2, CallState::Rejected), (3, CallState::Succeeded), (5, CallState::Held)]
    {
        let found = state_of(store, id_at(NOON_MS, serial)).await.map(|(state, _)| state);
        assert_eq!(found, Some(state), "call {serial}");
    }
    let [(server, beat)] = store.notes().await.expect("the notes")[..] else { panic!("one note") };
    assert_eq!((server, store.give_up(server, beat).await.expect("an answer")), (SERVER, Some(2)));
    assert_eq!(store.give_up_holds(SERVER).await.expect("calls"), [id_at(NOON_MS, 5)], "the hold is the server's");
}

/// A hold with a token that is none of the account's: charges, ends, spending and answers are written all the same.
pub async fn a_part_that_fails_leaves_the_others_alone<S: Meter>(store: &S) {
    let payer = rich(store, "team", 100).await;
    let mut batch = everything(store, payer).await;
    batch.holds.push(take(Payer { token_id: TokenId(987), ..payer }, 6, 10));
    let Committed { charged, held, ended, .. } = commit(store, batch);
    assert!(held.is_err(), "{held:?}");
    assert!(matches!(charged.expect("outcomes")[..], [Taken::Taken(_), Taken::Refused(_)]));
    assert_eq!(ended.expect("outcomes"), [true, true, false]);
    assert_eq!((spent(store).await, kept(store).await), (MicroYuan(20), 1));
    assert_eq!((sums(store, payer).await, used(store, payer).await), ([80, 20, 0], (2, 20)));
}

/// It writes no note.
pub async fn nothing_at_all_is_a_batch_too<S: Meter>(store: &S) {
    let Committed { charged, held, ended, spent, kept } = commit(store, nothing());
    assert!(charged.expect("none").is_empty() && held.expect("none").is_empty() && ended.expect("none").is_empty());
    assert!(spent.is_empty() && kept.is_empty());
    assert!(store.notes().await.expect("the notes").is_empty());
}
