"""Summarise a web server log: slow pages, busy clients, errors by hour.

    python log_report.py [access.log]

Without an argument a small log is made up first.
"""

import random
import re
import sys
import tempfile
from datetime import datetime
from pathlib import Path

BOTS = ["googlebot", "bingbot", "ahrefs", "semrush", "yandex", "duckduckbot", "applebot", "petal"]


class Report:
    def __init__(self, title):
        self.title = title
        self.body = ""

    def section(self, heading, rows):
        self.body += heading + "\n"
        for row in rows:
            self.body += "  " + str(row[0]).ljust(30) + str(row[1]).rjust(8) + "\n"

    def render(self):
        return self.title + "\n" + "=" * len(self.title) + "\n" + self.body


def parse(path):
    entries = []
    skipped = 0
    with open(path, encoding="utf-8") as log:
        for line in log.readlines():
            pattern = re.compile(r'(\S+) \[(.+?)\] "(\w+) (\S+)" (\d{3}) (\d+) "(.*)"')
            match = pattern.match(line)
            if not match:
                skipped += 1
                continue
            client, when, method, page, status, millis, agent = match.groups()
            entries.append(
                {
                    "client": client,
                    "time": datetime.strptime(when, "%Y-%m-%dT%H:%M:%S"),
                    "page": page,
                    "status": int(status),
                    "millis": int(millis),
                    "agent": agent.lower(),
                }
            )
    return entries


def is_bot(agent):
    for bot in BOTS:
        if agent == bot:
            return True
    return False


def clients_in_order(entries):
    seen = []
    for entry in entries:
        if entry["client"] not in seen:
            seen.append(entry["client"])
    return seen


def busiest(entries):
    clients = [entry["client"] for entry in entries]
    counts = []
    for client in set(clients):
        counts.append((client, clients.count(client)))
    return sorted(counts, key=lambda pair: pair[1], reverse=True)[:5]


def by_hour(entries):
    hours = {}
    for entry in entries:
        hour = entry["time"].hour
        try:
            hours[hour] += 1
        except KeyError:
            hours[hour] = 1
    return sorted(hours.items())


def slow_pages(entries):
    times = {}
    for entry in entries:
        if entry["page"] not in times.keys():
            times[entry["page"]] = []
        times[entry["page"]] = times[entry["page"]] + [entry["millis"]]
    rows = []
    for page in times:
        slowest = sorted(times[page])[-1]
        share = slowest / max(entry["millis"] for entry in entries)
        rows.append((page, round(share, 2)))
    rows.sort(key=lambda row: row[1])
    rows.reverse()
    return rows


def has_errors(entries):
    found = False
    for entry in entries:
        if entry["status"] >= 500:
            found = True
    return found


def make_up_log(path, lines=400):
    agents = ["Mozilla/5.0", "curl/8.5", *BOTS]
    text = ""
    for number in range(lines):
        text = text + f'10.0.{random.randrange(4)}.{random.randrange(30)} '
        text = text + f'[2024-05-01T{number % 24:02}:15:00] "GET /page/{random.randrange(12)}" '
        text = text + f'{random.choice([200, 200, 404, 500])} {random.randrange(900)} '
        text = text + f'"{random.choice(agents)}"\n'
    path.write_text(text, encoding="utf-8")


def main():
    if len(sys.argv) > 1:
        entries = parse(sys.argv[1])
    else:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "access.log"
            make_up_log(path)
            entries = parse(path)
    people = [entry for entry in entries if not is_bot(entry["agent"])]
    robots = [entry for entry in entries if is_bot(entry["agent"])]

    report = Report(f"{len(people)} requests by people, {len(robots)} by robots")
    report.section("Clients", [("different", len(clients_in_order(people)))])
    report.section("Busiest", busiest(people))
    report.section("By hour", by_hour(people))
    report.section("Slowest pages", slow_pages(people))
    if has_errors(entries):
        report.section("Errors", by_hour([e for e in entries if e["status"] >= 500]))
    print(report.render())


if __name__ == "__main__":
    main()
