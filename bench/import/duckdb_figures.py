"""The figures of the import benchmark by SQL in DuckDB: `duckdb_figures.py POSTS.parquet THREADS MODULUS`.

Prints one JSON object: the seconds the query took, without starting Python and DuckDB, how many groups it gave, and the
figures of the creators whose id MODULUS divides. Of the ways to take the latest posts of each group, `max_by` with a
count was the fastest. The query has an advantage: it does not unify posts that were captured twice, as the import must.
Such groups are left out of the sample, and those with more posts than the import keeps.
"""

import json
import sys
import time

import duckdb

FIGURES = """
    WITH latest AS (
        SELECT author_id, platform, max(captured_at) AS as_of,
            max_by({'published_at': published_at, 'plays': plays,
                    'interactions': likes + comments + shares + collects}, published_at, 25)
                FILTER (plays > 0 AND captured_at - published_at >= INTERVAL 7 DAY) AS posts
        FROM read_parquet($file)
        GROUP BY author_id, platform
    ), tens AS (
        SELECT author_id, platform,
            list_transform(posts[:10], lambda post: post.plays) AS plays,
            list_sum(list_transform(posts[:10], lambda post: post.interactions)) AS interactions,
            list_transform(list_filter(posts, lambda post: post.published_at >= as_of - INTERVAL 90 DAY),
                lambda post: post.plays) AS recent
        FROM latest
        WHERE len(posts) > 0
    ), quartiles AS (
        SELECT *, list_aggregate(plays, 'quantile_cont', [0.25, 0.5, 0.75]) AS quartile FROM tens
    )
    SELECT author_id, platform::VARCHAR AS platform, len(plays) AS posts,
        floor(quartile[1])::BIGINT AS p25, floor(quartile[2])::BIGINT AS median, floor(quartile[3])::BIGINT AS p75,
        list_sum(plays)::BIGINT AS plays, interactions::BIGINT AS interactions,
        len(recent) AS recent_posts,
        len(list_filter(recent, lambda plays: plays >= 3 * floor(quartile[2]))) AS hot_posts
    FROM quartiles
"""

SAMPLE = """
    SELECT figures.* FROM figures
    SEMI JOIN (
        SELECT author_id, platform::VARCHAR AS platform FROM read_parquet($file)
        WHERE author_id % $modulus = 0
        GROUP BY ALL HAVING count(*) = count(DISTINCT item_id) AND count(*) <= 64
    ) USING (author_id, platform)
    ORDER BY author_id, platform
"""


def main():
    file, threads, modulus = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    connection = duckdb.connect(config={"threads": threads})
    started = time.perf_counter()
    connection.execute(f"CREATE TEMP TABLE figures AS {FIGURES}", {"file": file})
    seconds = time.perf_counter() - started
    groups = connection.execute("SELECT count(*) FROM figures").fetchall()[0][0]
    connection.execute(SAMPLE, {"file": file, "modulus": modulus})
    names = [column[0] for column in connection.description]
    sample = [dict(zip(names, row)) for row in connection.fetchall()]
    print(json.dumps({"seconds": seconds, "groups": groups, "sample": sample}))


main()
