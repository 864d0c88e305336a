//! Everything of an SQLite store in PostgreSQL: whatever a case of the conformance suite leaves in the one is said by the other, and
//! goes on there; or nothing is.

mod support;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use domain::{AccountId, Call, CallId, CreatorKey, MicroYuan, NewToken, Note, Platform, TokenHash, UnixTime};
use ledger::Day;
use store::conformance::{imports, meter, profiles, upstreams};
use store::{
    AccountStore, AuditFilter, Bought, BoughtFilter, CallFilter, Cell, CheckedStore, CreatorStore, MeterStore, MoveIn,
    MoveOut, MovedRows, Movement, MovementKind, StoreError, TABLES, UpstreamStore,
};
use store_postgres::PostgresStore;
use store_sqlite::SqliteStore;
use support::Schema;
use tokio_postgres::Client;

/// An SQLite store, and the schema that it is moved to.
struct Place {
    old: Arc<SqliteStore>,
    file: PathBuf,
    schema: Schema,
    _folder: tempfile::TempDir,
}

impl Place {
    async fn new() -> Option<Self> {
        let schema = Schema::new().await?;
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("astrolabe.db");
        let old = Arc::new(SqliteStore::open(&file).expect("a store"));
        Some(Self { old, file, schema, _folder: folder })
    }

    /// The same store, as two servers have it.
    fn both(&self) -> [Arc<SqliteStore>; 2] {
        [Arc::clone(&self.old), Arc::new(SqliteStore::open(&self.file).expect("a store"))]
    }

    async fn moved(&self) -> PostgresStore {
        let new = self.schema.store().await;
        fill(&new, &*self.old, &mut |_| {}).expect("all of it is moved");
        new
    }

    async fn moves_alike(&self) {
        let new = self.moved().await;
        alike(&self.old, &new, &self.schema.client().await).await;
        goes_on(&self.old, &new).await;
    }
}

fn fill(new: &PostgresStore, from: &dyn MoveOut, progress: &mut dyn FnMut(u64)) -> Result<(), StoreError> {
    tokio::task::block_in_place(|| new.move_in(from, progress))
}

/// Asserts that both stores answer a question alike, and gives the answer.
macro_rules! both_say {
    ($old:expr, $new:expr, |$store:ident| $read:expr) => {{
        let of_old = {
            let $store = $old;
            $read.await.expect("an answer")
        };
        let of_new = {
            let $store = $new;
            $read.await.expect("an answer")
        };
        assert_eq!(of_old, of_new, "{}", stringify!($read));
        of_new
    }};
}

async fn alike(old: &SqliteStore, new: &PostgresStore, client: &Client) {
    creators_are_alike(old, new, client).await;
    accounts_are_alike(old, new, client).await;
    let rows = client.query("SELECT account_id, idempotency_key FROM done_once", &[]).await.expect("keys");
    for row in rows {
        let (account_id, key) = (AccountId(row.get(0)), row.get::<_, String>(1));
        // At the very moment of the call, when every key lasts.
        both_say!(old, new, |store| store.done_once(account_id, &key, 0));
    }
    both_say!(old, new, |store| store.prices());
    let all = CallFilter { limit: i32::MAX.unsigned_abs(), ..CallFilter::default() };
    both_say!(old, new, |store| async {
        store.calls(all).await.map(|calls| calls.into_iter().filter(is_listed).collect::<Vec<_>>())
    });
    for row in client.query("SELECT call_id::text FROM calls", &[]).await.expect("ids") {
        let id = CallId(u128::from_str_radix(&row.get::<_, String>(0).replace('-', ""), 16).expect("an id"));
        both_say!(old, new, |store| store.call(id));
    }
    both_say!(old, new, |store| store.usage(None, Day::EPOCH, Day::from_number(40_000)));
    both_say!(old, new, |store| store.notes());
    both_say!(old, new, |store| store.audit_log(AuditFilter { limit: u32::MAX, ..AuditFilter::default() }));
    both_say!(old, new, |store| store.token_key_mark());
    both_say!(old, new, |store| store.generations());
    both_say!(old, new, |store| store.bought(BoughtFilter { limit: u32::MAX, ..BoughtFilter::default() }));
    both_say!(old, new, |store| store.told_of_upstreams(UnixTime(0)));
    let known = "SELECT name, coalesce(day, 0) FROM upstreams FULL JOIN upstream_spending ON name = upstream
                 WHERE name IS NOT NULL UNION SELECT upstream, day FROM upstream_spending";
    for row in client.query(known, &[]).await.expect("upstreams") {
        let (upstream, day) = (row.get::<_, String>(0), Day::from_number(row.get::<_, i32>(1)));
        both_say!(old, new, |store| store.upstream_record(&upstream, day));
    }
}

/// Of the largest id that there is, which no clock gives, lists differ.
fn is_listed(call: &Call) -> bool {
    call.id != CallId(u128::MAX)
}

async fn creators_are_alike(old: &SqliteStore, new: &PostgresStore, client: &Client) {
    both_say!(old, new, |store| store.creator_count());
    let keys = "SELECT author_id, platform FROM creators UNION SELECT author_id, platform FROM bought";
    for row in client.query(keys, &[]).await.expect("keys") {
        let author_id = row.get::<_, String>(0).parse().expect("an id");
        let platform = u8::try_from(row.get::<_, i16>(1)).ok().and_then(Platform::from_number).expect("a platform");
        let key = CreatorKey { author_id, platform };
        both_say!(old, new, |store| store.state(&key));
        both_say!(old, new, |store| store.latest(&key));
        both_say!(old, new, |store| store.history(&key, u32::MAX));
    }
    let survey = |store: &dyn CreatorStore| {
        let mut all = Vec::new();
        let mark = store.survey(&mut |creator| all.push(creator)).expect("a survey");
        (mark, all)
    };
    let survey_of = |store| std::thread::scope(|scope| scope.spawn(|| survey(store)).join().expect("no panic"));
    assert_eq!(survey_of(old), survey_of(new));
}

async fn accounts_are_alike(old: &SqliteStore, new: &PostgresStore, client: &Client) {
    for account in both_say!(old, new, |store| store.accounts()) {
        both_say!(old, new, |store| store.account_book(account.id));
        both_say!(old, new, |store| store.account_limits(account.id));
    }
    for (_, token) in both_say!(old, new, |store| store.tokens()) {
        both_say!(old, new, |store| store.token_policy(token.id));
        both_say!(old, new, |store| store.standing(token.account_id, token.id));
    }
    for row in client.query("SELECT hash FROM tokens", &[]).await.expect("hashes") {
        let hash = TokenHash(row.get::<_, Vec<u8>>(0).try_into().expect("32 bytes"));
        both_say!(old, new, |store| store.caller(&hash));
    }
    assert_eq!(new.imbalances().await.expect("the books"), []);
    assert_eq!(new.imbalances_of_calls().await.expect("the books"), []);
}

/// What is new in either has the same number in both.
async fn goes_on(old: &SqliteStore, new: &PostgresStore) {
    let account = both_say!(old, new, |store| store.create_account("made afterwards", UnixTime(7)));
    let token = NewToken {
        account_id: account.id,
        hash: TokenHash([0xee; 32]),
        hint: "new".into(),
        created_at: UnixTime(7),
        expires_at: None,
    };
    both_say!(old, new, |store| store.create_token(token.clone()));
    for (kind, amount) in [(MovementKind::TopUp, 9), (MovementKind::Withdrawal, 4)] {
        let movement = Movement {
            kind,
            account_id: account.id,
            amount: MicroYuan(amount),
            key: "made afterwards".parse().expect("a key"),
            at_ms: 7,
            note: Note::default(),
        };
        both_say!(old, new, |store| store.move_money(movement.clone()));
    }
    let key = CreatorKey { author_id: "77".parse().expect("an id"), platform: Platform::ShortVideo };
    let answer = Bought {
        number: 0,
        key,
        upstream: "afterwards".into(),
        received_at_ms: 5,
        age_s: 0,
        price: MicroYuan(1),
        info: None,
        body: vec![1],
    };
    both_say!(old, new, |store| store.keep_bought(answer.clone()));
    both_say!(old, new, |store| store.bought(BoughtFilter { limit: u32::MAX, ..BoughtFilter::default() }));
    let log = AuditFilter { limit: u32::MAX, ..AuditFilter::default() };
    let numbers = async |entries: Result<Vec<store::AuditEntry>, StoreError>| {
        entries.expect("entries").into_iter().map(|entry| (entry.number, entry.action)).collect::<Vec<_>>()
    };
    assert_eq!(numbers(old.audit_log(log.clone()).await).await, numbers(new.audit_log(log).await).await);
}

/// What each of these cases leaves is moved.
macro_rules! moves {
    ($($name:ident: $case:path),+ $(,)?) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                let Some(place) = Place::new().await else { return };
                $case(&*place.old).await;
                place.moves_alike().await;
            }
        )+
    };
}

/// The same of cases that have two servers.
macro_rules! moves_of_two {
    ($($name:ident: $case:path),+ $(,)?) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                let Some(place) = Place::new().await else { return };
                $case(place.both()).await;
                place.moves_alike().await;
            }
        )+
    };
}

moves! {
    many_creators: imports::what_is_imported_is_held,
    every_value_of_creators: imports::every_value_survives,
    creators_imported_again: imports::a_second_import_merges,
    profiles_of_creators: profiles::a_survey_tells_what_single_questions_tell,
    every_value_of_calls: meter::books::every_value_of_a_call_survives,
    withdrawals: meter::books::a_withdrawal_takes_out_once_for_ever,
    the_most_that_an_account_holds: meter::books::an_account_holds_only_so_much,
    lost_purchases: meter::holds::what_was_lost_is_kept_with_the_call,
    open_holds: meter::holds::only_expired_holds_are_voided,
    quotas_and_caps: meter::holds::holds_count_against_cap_and_quotas,
    keys_and_answers: meter::once::keys_and_answers_of_any_form_survive,
    policies_and_limits: meter::policies::policies_and_limits_are_read_back,
    prices: meter::policies::prices_are_set_and_replaced,
    tokens_of_every_kind: meter::policies::only_an_active_token_calls,
    the_audit_log: meter::audit::every_change_is_noted,
    free_successes: meter::lists::free_successes_are_only_usage,
    calls_that_are_partly_forgotten: meter::lists::only_old_settled_calls_are_forgotten,
    unanswered_calls: meter::unanswered::a_note_names_what_its_batch_took,
    the_mark_of_the_key: meter::checks::the_mark_of_the_first_key_is_kept,
}

moves_of_two! {
    every_value_of_answers: upstreams::bought::every_value_of_an_answer_survives,
    forgotten_bodies: upstreams::bought::only_old_bodies_are_forgotten,
    replaced_figures: upstreams::bought::figures_are_replaced,
    imports_beside_answers: upstreams::creators::imports_and_answers_are_held_side_by_side,
    deleted_creators: upstreams::creators::a_deleted_creator_is_gone_and_no_other,
    numbers_of_deleted_answers: upstreams::creators::no_number_is_given_twice,
    parked_upstreams: upstreams::shared::a_later_parking_wins,
    breakers: upstreams::shared::a_breaker_is_replaced,
    spending: upstreams::shared::days_and_upstreams_are_apart,
    what_servers_told: upstreams::shared::the_last_that_was_told_is_kept,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_empty_store_is_moved_too() {
    let Some(place) = Place::new().await else { return };
    place.moves_alike().await;
}

/// Holds, keys, notes of servers, limits, days: random work begun on SQLite goes on in PostgreSQL as if nothing had happened.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn random_work_goes_on() {
    let Some(place) = Place::new().await else { return };
    let new = place.schema.store().await;
    let move_all = async || fill(&new, &*place.old, &mut |_| {}).expect("all of it is moved");
    meter::model::random_workloads_agree_with_a_model_across_a_move(&*place.old, &new, move_all).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_in_which_anything_is_or_was_is_refused() {
    let Some(place) = Place::new().await else { return };
    meter::books::every_value_of_a_call_survives(&*place.old).await;
    let new = place.schema.store().await;
    new.keep_token_key_mark(TokenHash([1; 32])).await.expect("a mark");
    assert!(matches!(fill(&new, &*place.old, &mut |_| {}), Err(StoreError::NotEmpty(table)) if table == "meta"));
    new.create_account("first", UnixTime(7)).await.expect("an account");
    assert!(matches!(fill(&new, &*place.old, &mut |_| {}), Err(StoreError::NotEmpty(table)) if table == "accounts"));
    let names: Vec<String> =
        new.accounts().await.expect("the accounts").into_iter().map(|account| account.name).collect();
    assert_eq!(names, ["first"]);
}

/// Rows with a change on their way.
struct Changed<'s, F>(&'s SqliteStore, F);

impl<F: Fn(&mut MovedRows) -> Result<(), StoreError> + Sync> MoveOut for Changed<'_, F> {
    fn row_count(&self) -> Result<u64, StoreError> {
        self.0.row_count()
    }

    fn move_out(&self, give: &mut dyn FnMut(MovedRows) -> Result<(), StoreError>) -> Result<(), StoreError> {
        self.0.move_out(&mut |mut rows| {
            (self.1)(&mut rows)?;
            give(rows)
        })
    }
}

async fn nothing_is_there(place: &Place) {
    let client = place.schema.client().await;
    for table in TABLES {
        let sql = format!("SELECT count(*) FROM {table}");
        let rows: i64 = client.query_one(&sql, &[]).await.expect("a count").get(0);
        assert_eq!(rows, i64::from(table == "meta"), "{table}");
    }
    // So it can be tried again.
    place.moves_alike().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_move_that_breaks_off_leaves_nothing() {
    let Some(place) = Place::new().await else { return };
    meter::books::every_value_of_a_call_survives(&*place.old).await;
    let breaks_off = |rows: &mut MovedRows| match rows.table {
        "audit" => Err(StoreError::Corrupt("the disk".into())),
        _ => Ok(()),
    };
    let new = place.schema.store().await;
    let told = fill(&new, &Changed(&place.old, breaks_off), &mut |_| {});
    assert!(matches!(&told, Err(StoreError::Corrupt(why)) if why == "the disk"), "{told:?}");
    nothing_is_there(&place).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn books_that_do_not_balance_afterwards_are_not_kept() {
    let Some(place) = Place::new().await else { return };
    meter::books::every_value_of_a_call_survives(&*place.old).await;
    let without_usage = |rows: &mut MovedRows| {
        if rows.table == "usage" {
            let charged = rows.columns.iter().position(|name| name == "charged_micro_yuan").expect("a column");
            rows.cells.iter_mut().skip(charged).step_by(rows.columns.len()).for_each(|cell| *cell = Cell::Number(0));
        }
        Ok(())
    };
    let told = fill(&place.schema.store().await, &Changed(&place.old, without_usage), &mut |_| {});
    assert!(matches!(&told, Err(StoreError::Corrupt(why)) if why.contains("balance")), "{told:?}");
    nothing_is_there(&place).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_that_the_database_does_not_keep_are_noticed() {
    let Some(place) = Place::new().await else { return };
    imports::a_second_import_merges(&*place.old).await;
    let new = place.schema.store().await;
    let client = place.schema.client().await;
    let loses_all = "CREATE FUNCTION lose() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
        CREATE TRIGGER lose BEFORE INSERT ON snapshots FOR EACH ROW EXECUTE FUNCTION lose()";
    client.batch_execute(loses_all).await.expect("a trigger");
    let told = fill(&new, &*place.old, &mut |_| {});
    assert!(matches!(&told, Err(StoreError::Corrupt(why)) if why.contains("snapshots")), "{told:?}");
    client.batch_execute("DROP TRIGGER lose ON snapshots").await.expect("no trigger");
    nothing_is_there(&place).await;
}

/// Whoever starts a server on it meanwhile would see an empty store, and make another key.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_sees_a_store_that_is_being_filled() {
    let Some(place) = Place::new().await else { return };
    imports::what_is_imported_is_held(&*place.old).await;
    let new = place.schema.store().await;
    let client = place.schema.client().await;
    client.batch_execute("SET lock_timeout = '10ms'").await.expect("a setting");
    let (runtime, mut looked) = (tokio::runtime::Handle::current(), false);
    let all = place.old.row_count().expect("a count");
    fill(&new, &*place.old, &mut |rows| {
        // Far more is read by then than may be on its way: the other side has begun.
        if rows < all {
            return;
        }
        looked = true;
        for table in ["meta", "tokens"] {
            let told = runtime.block_on(client.query(&format!("SELECT 1 FROM {table}"), &[]));
            assert!(told.is_err(), "{table} can be read");
        }
    })
    .expect("all of it is moved");
    assert!(looked);
    assert_eq!(client.query("SELECT 1 FROM meta", &[]).await.expect("rows").len(), 1);
}

/// A table or a column that only one of the databases has would be left behind, or be filled with nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_databases_have_the_same_tables_and_columns() {
    let Some(place) = Place::new().await else { return };
    let mut of_old = BTreeSet::new();
    for file in [&place.file, &SqliteStore::ledger_path(&place.file)] {
        let connection = rusqlite::Connection::open(file).expect("a file");
        let sql = "SELECT m.name, c.name FROM sqlite_schema m, pragma_table_info(m.name) c
                   WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'";
        let mut statement = connection.prepare(sql).expect("a statement");
        let columns = statement.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)));
        of_old.extend(columns.expect("columns").map(|column| column.expect("a column")));
    }
    place.schema.store().await;
    let sql = "SELECT table_name::text, column_name::text FROM information_schema.columns
               WHERE table_schema = current_schema() AND table_name NOT IN ('astrolabe_schema', 'rate_buckets')";
    let rows = place.schema.client().await.query(sql, &[]).await.expect("columns");
    let of_new: BTreeSet<(String, String)> = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
    assert_eq!(of_old, of_new);
    let tables: BTreeSet<&str> = of_new.iter().map(|(table, _)| table.as_str()).collect();
    assert_eq!(tables, BTreeSet::from(TABLES));
}
