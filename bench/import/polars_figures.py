"""The figures of the import benchmark in Polars: `polars_figures.py POSTS.parquet THREADS MODULUS`.

Prints one JSON object: the seconds the query took, without starting Python and Polars, how many groups it gave, and the
figures of the creators whose id MODULUS divides. The query has two advantages: it relies on the rows being in order of
time, which saves a sort, and it does not unify posts that were captured twice; the import may do neither. Groups with
such posts are left out of the sample, and those with more posts than the import keeps.
"""

import json
import os
import sys
import time

file, threads, modulus = sys.argv[1], sys.argv[2], int(sys.argv[3])
os.environ["POLARS_MAX_THREADS"] = threads
import polars as pl  # Reads the number of threads when it is imported.


def figures():
    plays, published, captured = pl.col("plays"), pl.col("published_at"), pl.col("captured_at")
    interactions = pl.col("likes") + pl.col("comments") + pl.col("shares") + pl.col("collects")
    mature = (plays > 0) & (captured - published >= pl.duration(days=7))
    ten = plays.filter(mature).tail(10)
    recent = plays.filter(mature & (published >= captured.max() - pl.duration(days=90))).tail(25)

    def quartile(part):
        return ten.quantile(part, interpolation="linear").floor().cast(pl.Int64)

    # `recent` looks at the latest 25 within the 90 days, which in order of time are the latest 25 cut to the 90 days.
    return (
        pl.scan_parquet(file)
        .group_by("author_id", "platform")
        .agg(
            posts=ten.len(),
            p25=quartile(0.25),
            median=quartile(0.5),
            p75=quartile(0.75),
            plays=ten.sum(),
            interactions=interactions.filter(mature).tail(10).sum(),
            recent_posts=recent.len(),
            hot_posts=(recent >= 3 * quartile(0.5)).sum(),
        )
        .filter(pl.col("posts") > 0)
    )


def comparable():
    rows = pl.scan_parquet(file).filter(pl.col("author_id") % modulus == 0)
    groups = rows.group_by("author_id", "platform").agg(rows=pl.len(), items=pl.col("item_id").n_unique())
    return groups.filter((pl.col("rows") == pl.col("items")) & (pl.col("rows") <= 64)).select("author_id", "platform")


def main():
    started = time.perf_counter()
    table = figures().collect()
    seconds = time.perf_counter() - started
    sample = table.join(comparable().collect(), on=["author_id", "platform"], how="semi")
    sample = sample.with_columns(pl.col("platform").cast(pl.String)).sort("author_id", "platform")
    print(json.dumps({"seconds": seconds, "groups": table.height, "sample": sample.to_dicts()}))


main()
