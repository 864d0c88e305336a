"""Compares what the peers computed with what `astrolabe` stored: `compare.py ASTROLABE DATA PEER.json...`.

Every figure must be equal; rounding is part of the figures (all of them are rounded down). Prints how many were compared.
"""

import json
import subprocess
import sys

# Each costs a process.
GROUPS_MAX = 60


def stored(astrolabe, data, group):
    command = [astrolabe, "cp", str(group["author_id"]), "--platform", group["platform"], "--json", "--data", data]
    figures = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    return {
        "expected_views": figures["expected_views"],
        "p25": figures["range"]["p25"],
        "p75": figures["range"]["p75"],
        "expected_interactions": figures["expected_interactions"],
        "hot_item_bp": figures["hot_item_bp"],
    }


def computed(group):
    return {
        "expected_views": group["median"],
        "p25": group["p25"],
        "p75": group["p75"],
        "expected_interactions": group["median"] * group["interactions"] // group["plays"],
        "hot_item_bp": group["hot_posts"] * 10_000 // group["recent_posts"] if group["recent_posts"] else 0,
    }


def main():
    astrolabe, data, *files = sys.argv[1:]
    peers = {file: json.load(open(file)) for file in files}
    samples = [peer["sample"] for peer in peers.values()]
    if not samples[0] or any(sample != samples[0] for sample in samples):
        sys.exit("the peers do not agree with each other on the sample")
    if len({peer["groups"] for peer in peers.values()}) != 1:
        sys.exit("the peers found different numbers of groups")
    groups = samples[0][:: max(1, len(samples[0]) // GROUPS_MAX)]
    for group in groups:
        ours, theirs = stored(astrolabe, data, group), computed(group)
        if ours != theirs:
            sys.exit(f"{group['author_id']} on {group['platform']}: stored {ours}, the peers {theirs}")
    print(f"{len(groups)} groups compared, every figure equal to the peers'")


main()
