"""Lengthens the books of a data directory whose server does not run, and leaves them balanced.

    past.py DATA ACCOUNT CALLS ACCOUNTS

adds CALLS past calls that ACCOUNT made with its first token, spread over the days before today, and ACCOUNTS accounts
with a token and money each; the tokens go to the file `tokens` in the data directory, one a line.
"""

import hashlib
import hmac
import pathlib
import sqlite3
import struct
import sys
import time

PRICE_MICRO_YUAN = 10_000
CREDITED_MICRO_YUAN = 1_000_000_000
DAYS = 20
DAY_MS = 86_400_000
SHANGHAI_MS = 8 * 3_600_000


def call_id(at_ms, number):
    """A UUID of version 7: the time, then what tells calls of one moment apart."""
    return struct.pack(">QQ", at_ms << 16 | 0x7000 | number & 0xFFF, 1 << 63 | number)


def day(at_ms):
    return (at_ms + SHANGHAI_MS) // DAY_MS


def add_calls(books, account, calls, endpoint):
    (account_id,) = books.execute("SELECT account_id FROM accounts WHERE name = ?", (account,)).fetchone()
    (token_id,) = books.execute("SELECT min(token_id) FROM tokens WHERE account_id = ?", (account_id,)).fetchone()
    today_ms = time.time_ns() // 1_000_000 // DAY_MS * DAY_MS
    first_ms = today_ms - (DAYS + 1) * DAY_MS
    per_day = {}

    def rows():
        for number in range(calls):
            at_ms = first_ms + number * DAYS * DAY_MS // calls
            per_day[day(at_ms)] = per_day.get(day(at_ms), 0) + 1
            author = str(6_800_000_000_000_000_000 + number % 100_000)
            yield call_id(at_ms, number), account_id, token_id, endpoint, author, PRICE_MICRO_YUAN, PRICE_MICRO_YUAN

    columns = "call_id, account_id, token_id, endpoint, author_id, platform, state, price_micro_yuan, charged_micro_yuan"
    books.executemany(f"INSERT INTO calls ({columns}) VALUES (?, ?, ?, ?, ?, 0, 1, ?, ?)", rows())
    usage = [(of, account_id, token_id, endpoint, n, n * PRICE_MICRO_YUAN) for of, n in per_day.items()]
    columns = "day, account_id, token_id, endpoint, calls, charged_micro_yuan"
    books.executemany(f"INSERT INTO usage ({columns}) VALUES (?, ?, ?, ?, ?, ?)", usage)
    for table, number in [("account", account_id), ("token", token_id)]:
        sql = f"UPDATE {table}_books SET charged_micro_yuan = charged_micro_yuan + ? WHERE {table}_id = ?"
        books.execute(sql, (calls * PRICE_MICRO_YUAN, number))


def add_accounts(books, key, accounts):
    """The tokens are made up: nobody else's data are here."""
    now = int(time.time())
    tokens = []
    for number in range(accounts):
        token = f"astro_bench{number:027}"
        account_id = books.execute("INSERT INTO accounts (name, created_at) VALUES (?, ?)", (token, now)).lastrowid
        value = hmac.digest(key, token.encode(), hashlib.sha256)
        sql = "INSERT INTO tokens (account_id, hash, hint, enabled, created_at) VALUES (?, ?, ?, 1, ?)"
        books.execute(sql, (account_id, value, token[-4:], now))
        sql = "UPDATE account_books SET credited_micro_yuan = ? WHERE account_id = ?"
        books.execute(sql, (CREDITED_MICRO_YUAN, account_id))
        sql = "INSERT INTO top_ups (idempotency_key, account_id, amount_micro_yuan, at_ms, note) VALUES (?, ?, ?, ?, '')"
        books.execute(sql, (token, account_id, CREDITED_MICRO_YUAN, now * 1000))
        tokens.append(token)
    return tokens


def main():
    data, account, calls, accounts = pathlib.Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    books = sqlite3.connect(data / "astrolabe.ledger.db")
    # One transaction as long as the books: no log beside it. Nothing here need survive a crash.
    books.execute("PRAGMA journal_mode = OFF")
    books.execute("PRAGMA synchronous = OFF")
    (endpoint,) = books.execute("SELECT endpoint FROM prices").fetchone()
    add_calls(books, account, calls, endpoint)
    tokens = add_accounts(books, (data / "token.key").read_bytes(), accounts)
    books.commit()
    books.close()
    (data / "tokens").write_text("".join(f"{token}\n" for token in tokens))


if __name__ == "__main__":
    main()
