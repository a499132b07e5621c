"""Kill the coding, linking and judging of many items at random moments, and compare with a run that nobody disturbed.

    python -m evaluation.faults ../shared/data [--items 2000] [--kills 30] [--seed 0]

Items are current events of 2002 to 2022. One process codes them into a ledger and judges some events on the way; it is
killed (SIGKILL) and started again, `--kills` times, at moments drawn at random from the time that the undisturbed run
took. Afterwards `detente audit` must find the ledger whole, and its content must be that of the undisturbed run.
Then two processes code the same items into one ledger at once, and again nothing may be lost or doubled.
"""

from __future__ import annotations

import argparse
import random
import signal
import subprocess
import sys
import tempfile
import time
from itertools import islice
from pathlib import Path

import msgspec

from detente import memory
from detente.coding import Tally, code_inputs
from detente.config import Config
from detente.integrity import faults
from detente.judgements import judge
from detente.ledger import Ledger, open_ledger
from detente.records import Article
from evaluation.current_events import articles

JUDGED = 40  # one event of so many is judged: by its id, so the same ones in every run


def code_and_judge(items: Path, path: Path) -> None:
    """Code the items of a file into a ledger, and judge; a rerun goes on where the last one stopped."""
    read = msgspec.json.decode(items.read_bytes(), type=list[Article])
    with open_ledger(path) as ledger:
        for number, _ in enumerate(
            code_inputs(read, config=Config(), tally=Tally(), ledger=ledger, command="evaluation.faults")
        ):
            if number % 100 == 99:
                judge_some(ledger)
        judge_some(ledger)
        memory.update(ledger)


def judge_some(ledger: Ledger) -> None:
    """Judge events that their id chooses: some are no events, some are one act with the next chosen one."""
    chosen = sorted(event.id for event in ledger.events() if int(event.id[:6], 16) % JUDGED == 0)
    for one, other in zip(chosen[::3], chosen[1::3], strict=False):
        if int(one[6], 16) % 2:
            judge(ledger, "event", one, "", "not-an-event", who="evaluation", why="chosen by its id")
        else:
            judge(ledger, "unmerge", one, other, who="evaluation", why="chosen by its id")


def content(path: Path) -> dict[str, object]:
    """What a ledger holds, without moments and numbers of rows."""
    with open_ledger(path, read_only=True) as ledger:
        acts: dict[int, list[str]] = {}
        for act, event in ledger.rows("SELECT act, id FROM tellings JOIN events ON row = tellings.event ORDER BY id"):
            acts.setdefault(act, []).append(event)
        return {
            "articles": sorted(ledger.rows("SELECT id, version, superseded_at IS NULL FROM articles")),
            "readings": sorted(
                ledger.rows("SELECT state, superseded_at IS NULL, COUNT(*) FROM readings GROUP BY 1, 2")
            ),
            "events": sorted(ledger.rows("SELECT id, record FROM events WHERE superseded_at IS NULL")),
            "acts": sorted(map(tuple, acts.values())),
            "counts": sorted(ledger.rows("SELECT id, reports, sources, agreement FROM acts")),
            "relations": sorted(ledger.rows("SELECT relation FROM relations")),
            "roots": sorted(ledger.rows("SELECT root FROM imprints")),
            "waiting": memory.unlinked(ledger),
            "faults": faults(ledger),
        }


def start(items: Path, ledger: Path) -> subprocess.Popen[bytes]:
    """A process that codes and judges."""
    return subprocess.Popen([sys.executable, "-m", "evaluation.faults", "--worker", str(items), str(ledger)])


def undisturbed(items: Path, ledger: Path) -> float:
    """Code and judge without a fault; gives the seconds that it took."""
    began = time.monotonic()
    if start(items, ledger).wait():
        raise SystemExit("the undisturbed run failed")
    return time.monotonic() - began


def disturbed(items: Path, ledger: Path, *, kills: int, seconds: float, seed: int) -> int:
    """Code and judge, killed at random moments; gives how many kills hit a running process."""
    chance, hits = random.Random(seed), 0
    for _ in range(kills):
        worker = start(items, ledger)
        try:
            worker.wait(chance.uniform(0.005, 0.8 / kills) * seconds + 1.0)
        except subprocess.TimeoutExpired:
            worker.send_signal(signal.SIGKILL)
            hits += 1
        worker.wait()
    if start(items, ledger).wait():
        raise SystemExit("the run after the kills failed")
    return hits


def differences(one: dict[str, object], other: dict[str, object]) -> list[str]:
    """What differs between two contents, by name."""
    return [name for name in one if one[name] != other[name]]


def main() -> None:
    """Run both tests and print what was found; exit code 1 where anything was lost, doubled or otherwise."""
    if sys.argv[1:2] == ["--worker"]:
        code_and_judge(Path(sys.argv[2]), Path(sys.argv[3]))
        return
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--items", type=int, default=2000)
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        items = Path(folder) / "items.json"
        items.write_bytes(msgspec.json.encode(list(islice(articles(args.data), 40_000, 40_000 + args.items))))
        ledgers = {name: Path(folder) / f"{name}.detente" for name in ("whole", "killed", "two")}
        seconds = undisturbed(items, ledgers["whole"])
        whole = content(ledgers["whole"])
        hits = disturbed(items, ledgers["killed"], kills=args.kills, seconds=seconds, seed=args.seed)
        pair = [start(items, ledgers["two"]) for _ in range(2)]
        ended = [worker.wait() for worker in pair]
        found = {name: differences(whole, content(ledgers[name])) for name in ("killed", "two")}
    print(f"{args.items} items, {seconds:.0f} s undisturbed, faults {whole['faults'] or 'none'}")
    print(f"killed {hits} times of {args.kills}: {', '.join(found['killed']) or 'the same ledger'}")
    print(f"two processes ended with {ended}: {', '.join(found['two']) or 'the same ledger'}")
    if whole["faults"] or any(found.values()) or any(ended):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
