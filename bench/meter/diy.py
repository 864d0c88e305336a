"""The meter a team writes itself: FastAPI and PostgreSQL, one durable transaction a call. `cargo xtask bench meter`
measures the endpoint against it.

It is spared all it can be: tokens and the answer are in memory, uvloop and httptools serve, asyncpg prepares the
statements, and nothing is limited, looked up or logged.

    diy.py serve URL SCHEMA PORT TOKEN BODY_BYTES    make the schema anew and serve, with a process a core
    diy.py paid URL SCHEMA                           print the calls paid for; all of them must be recorded
    diy.py drop URL SCHEMA                           remove the schema
"""

import asyncio
import os
import socket
import sys
import threading
import uuid
from contextlib import asynccontextmanager

import asyncpg
import uvicorn
from fastapi import FastAPI, Header, Response

PATH = "/api/douyin-xingtu/gw/api/data_sp/author_cp_info/v1"
PRICE_MICRO_YUAN = 10_000
CREDITED_MICRO_YUAN = 1_000_000_000_000
# asyncpg's default; more only wait for each other's lock on the account.
CONNECTIONS = 10

TABLES = """
    CREATE TABLE accounts (
        account_id bigint PRIMARY KEY,
        balance_micro_yuan bigint NOT NULL CHECK (balance_micro_yuan >= 0)
    );
    CREATE TABLE calls (
        call_id uuid PRIMARY KEY,
        account_id bigint NOT NULL,
        author_id text NOT NULL,
        platform text NOT NULL,
        price_micro_yuan bigint NOT NULL,
        called_at timestamptz NOT NULL DEFAULT now()
    );
"""
PAY = """
    UPDATE accounts SET balance_micro_yuan = balance_micro_yuan - $2
    WHERE account_id = $1 AND balance_micro_yuan >= $2
"""
RECORD = "INSERT INTO calls (call_id, account_id, author_id, platform, price_micro_yuan) VALUES ($1, $2, $3, $4, $5)"


def app(url, schema, token, body):
    accounts = {f"Bearer {token}": 1}
    pool = None

    @asynccontextmanager
    async def lifespan(_):
        nonlocal pool
        settings = {"search_path": schema}
        pool = await asyncpg.create_pool(url, min_size=CONNECTIONS, max_size=CONNECTIONS, server_settings=settings)
        yield
        await pool.close()

    api = FastAPI(lifespan=lifespan)

    @api.get(PATH)
    async def author_cp_info(oAuthorId: str, platform: str, authorization: str = Header()):
        account = accounts.get(authorization)
        if account is None:
            return Response(status_code=401)
        async with pool.acquire() as connection, connection.transaction():
            if await connection.execute(PAY, account, PRICE_MICRO_YUAN) != "UPDATE 1":
                return Response(status_code=402)
            await connection.execute(RECORD, uuid.uuid4(), account, oAuthorId, platform, PRICE_MICRO_YUAN)
        return Response(body, media_type="application/json")

    return api


def fork(processes):
    """Becomes several processes, which end when the first does."""
    alive, held = os.pipe()
    for _ in range(processes - 1):
        if os.fork() == 0:
            os.close(held)
            threading.Thread(target=lambda: (os.read(alive, 1), os._exit(0)), daemon=True).start()
            return


async def make(url, schema):
    connection = await asyncpg.connect(url)
    await connection.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE")
    await connection.execute(f"CREATE SCHEMA {schema}; SET search_path = {schema}; {TABLES}")
    await connection.execute("INSERT INTO accounts VALUES (1, $1)", CREDITED_MICRO_YUAN)
    await connection.close()


async def paid(url, schema):
    connection = await asyncpg.connect(url)
    recorded = await connection.fetchval(f"SELECT count(*) FROM {schema}.calls")
    balance = await connection.fetchval(f"SELECT balance_micro_yuan FROM {schema}.accounts")
    assert recorded * PRICE_MICRO_YUAN == CREDITED_MICRO_YUAN - balance, (recorded, balance)
    print(recorded)


async def drop(url, schema):
    connection = await asyncpg.connect(url)
    await connection.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE")


def main():
    match sys.argv[1:]:
        case ["serve", url, schema, port, token, body_bytes]:
            asyncio.run(make(url, schema))
            listener = socket.create_server(("127.0.0.1", int(port)), backlog=1024)
            fork(os.cpu_count())
            api = app(url, schema, token, b"x" * int(body_bytes))
            how = {"loop": "uvloop", "http": "httptools", "log_level": "warning", "access_log": False}
            uvicorn.Server(uvicorn.Config(api, **how)).run(sockets=[listener])
        case ["paid", url, schema]:
            asyncio.run(paid(url, schema))
        case ["drop", url, schema]:
            asyncio.run(drop(url, schema))
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main()
