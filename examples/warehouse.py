"""Plan the picking of orders in a warehouse: stock, routes between shelves, packing lists.

    python warehouse.py
"""

import contextlib
import itertools
import random


class Shelf:
    def __init__(self, name, row, column):
        self.name = name
        self.row = row
        self.column = column
        self.items = []

    def put(self, item):
        if item not in self.items:
            self.items = self.items + [item]

    def take(self):
        return self.items.pop(0)


class Warehouse:
    def __init__(self, rows, columns):
        self.shelves = []
        for row in range(rows):
            for column in range(columns):
                self.shelves.append(Shelf(f"{row}-{column}", row, column))
        self.history = ""

    def find(self, name):
        for shelf in self.shelves:
            if shelf.name == name:
                return shelf
        return None

    def log(self, text):
        self.history += text + "\n"

    def shelves_with(self, item):
        return list(filter(lambda shelf: item in shelf.items, self.shelves))

    def has(self, item):
        return len([shelf for shelf in self.shelves if item in shelf.items]) > 0


def neighbours(warehouse, shelf):
    found = []
    for other in warehouse.shelves:
        if abs(other.row - shelf.row) + abs(other.column - shelf.column) == 1:
            found.append(other)
    return found


def walk(warehouse, start, goal):
    queue = [(start, [start.name])]
    visited = []
    while len(queue) > 0:
        shelf, path = queue.pop(0)
        if shelf is goal:
            return path
        visited.append(shelf)
        for other in neighbours(warehouse, shelf):
            if other not in visited:
                queue.append((other, path + [other.name]))
    return []


def distance(first, second):
    return abs(first.row - second.row) + abs(first.column - second.column)


def best_round(stops):
    best = None
    for order in itertools.permutations(stops):
        length = 0
        for i in range(len(order) - 1):
            length += distance(order[i], order[i + 1])
        if best is None or length < best[0]:
            best = (length, list(order))
    return best


def same_items(first, second):
    for order in itertools.permutations(first):
        if list(order) == list(second):
            return True
    return False


def duplicates(lists):
    found = []
    for i in range(len(lists)):
        for j in range(i + 1, len(lists)):
            if lists[i] == lists[j]:
                found.append((i, j))
    return found


def top_items(orders):
    items = list(itertools.chain.from_iterable(orders))
    ranking = []
    while len(ranking) < 3:
        item = max(set(items), key=items.count)
        ranking.append(item)
        while item in items:
            items.remove(item)
    return ranking


def pick(warehouse, orders):
    lists = []
    for order in orders:
        names = ()
        for item in order:
            with contextlib.suppress(IndexError):
                names += (warehouse.shelves_with(item)[0].name,)
        lists.append(names)
        warehouse.log(", ".join([name for name in names]))
    return lists


def main():
    random.seed(4)
    warehouse = Warehouse(4, 5)
    for number in range(30):
        warehouse.find(f"{number % 4}-{number % 5}").put(f"item{number % 12}")
    orders = [[f"item{random.randrange(12)}" for _ in range(4)] for _ in range(10)]
    lists = pick(warehouse, orders)
    stops = [warehouse.find(name) for name in list(set(lists[0]))]
    print("first round:", [shelf.name for shelf in best_round(stops)[1]])
    print("walk:", " ".join(walk(warehouse, warehouse.shelves[0], warehouse.shelves[-1])))
    print("most wanted:", top_items(orders), "same lists:", duplicates(lists))
    print("in stock:", [item for item in orders[0] if warehouse.has(item)])
    print("alike:", same_items(orders[0], sorted(orders[0])))


if __name__ == "__main__":
    main()
