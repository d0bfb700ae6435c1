"""Load orders from CSV files into SQLite, clean them, and write a summary per customer.

    python small_etl.py
"""

import copy
import csv
import json
import os
import random
import sqlite3
import tempfile

COUNTRIES = ["AT", "BE", "CZ", "DE", "DK", "ES", "FI", "FR", "IE", "IT", "NL", "PL", "PT", "SE"]


def write_inputs(folder, files=3, rows=60):
    with open(os.path.join(folder, "rates.json"), "w", encoding="utf-8") as out:
        json.dump({"EUR": 1.0, "DKK": 0.134, "SEK": 0.088, "PLN": 0.233, "CZK": 0.04}, out)
    for number in range(files):
        with open(os.path.join(folder, f"orders{number}.csv"), "w", encoding="utf-8") as out:
            out.write("order,customer,country,currency,amount\n")
            for row in range(rows):
                order = number * rows + row // 2
                country = random.choice(COUNTRIES + ["XX"])
                currency = random.choice(["EUR", "DKK", "SEK"])
                out.write(f"{order},c{random.randrange(20)},{country},{currency},{row * 3.5}\n")
                out.flush()


def input_files(folder):
    names = []
    for name in os.listdir(folder):
        path = os.path.join(folder, name)
        if os.path.isfile(path) and os.path.getsize(path) > 0 and name.endswith(".csv"):
            names.append(path)
    return sorted(names)


def to_euro(folder, amount, currency):
    with open(os.path.join(folder, "rates.json"), encoding="utf-8") as rates:
        table = json.load(rates)
    return amount * table[currency]


def extract(folder):
    orders = []
    for path in input_files(folder):
        with open(path, encoding="utf-8") as source:
            for row in csv.DictReader(source):
                orders += [row]
    return orders


def clean(folder, orders):
    known = []
    result = []
    for order in orders:
        if order["order"] in known or order["country"] not in COUNTRIES:
            continue
        known.append(order["order"])
        fixed = copy.deepcopy(order)
        fixed["amount"] = to_euro(folder, float(order["amount"]), order["currency"])
        result.append(fixed)
    return result


def load(connection, orders):
    connection.execute("CREATE TABLE orders (id, customer, country, amount REAL)")
    cursor = connection.cursor()
    for order in orders:
        cursor.execute(
            "INSERT INTO orders VALUES (?, ?, ?, ?)",
            (order["order"], order["customer"], order["country"], order["amount"]),
        )
        connection.commit()


def summarise(connection):
    customers = connection.execute("SELECT DISTINCT customer FROM orders").fetchall()
    orders = connection.execute("SELECT customer, amount FROM orders").fetchall()
    summary = {}
    for (customer,) in customers:
        for name, amount in orders:
            if name == customer:
                summary = {**summary, customer: summary.get(customer, 0) + amount}
    return summary


def country_name(code):
    if code == "AT":
        return "Austria"
    elif code == "BE":
        return "Belgium"
    elif code == "CZ":
        return "Czechia"
    elif code == "DE":
        return "Germany"
    elif code == "DK":
        return "Denmark"
    elif code == "ES":
        return "Spain"
    elif code == "FI":
        return "Finland"
    elif code == "FR":
        return "France"
    return code


def print_top(summary, orders):
    total = 0
    for amount in summary.values():
        total += amount
    best = sorted(summary.items(), key=lambda pair: -pair[1])[0]
    print(f"{len(summary)} customers, {total:.2f} EUR, best {best[0]} with {best[1]:.2f}")
    pending = list(summary)
    while pending:
        customer = pending.pop(0)
        home = [order for order in orders if order["customer"] == customer][0]
        print(f"{customer:4} {summary[customer]:10.2f} {country_name(home['country'])}")


def main():
    with tempfile.TemporaryDirectory() as folder:
        write_inputs(folder)
        orders = clean(folder, extract(folder))
        connection = sqlite3.connect(os.path.join(folder, "orders.db"))
        load(connection, orders)
        summary = summarise(connection)
        connection.close()
    print_top(summary, orders)


if __name__ == "__main__":
    main()
