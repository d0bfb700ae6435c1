"""A small full-text search over a folder of notes, with a word cloud in plain text.

    python text_index.py [FOLDER] [WORD...]
"""

import os
import sys
import tempfile

STOP_WORDS = ["a", "an", "and", "are", "as", "at", "be", "but", "by", "for", "if", "in", "is", "it"]

SAMPLE = {
    "garden.txt": "The beans are up.\nWater the beans and the roses at noon.\nRoses need sun.\n",
    "travel.txt": "Take the train at noon.\nThe train is slow but the window is large.\n",
    "kitchen.txt": "Soak the beans.\nAdd salt, add oil, add the beans again.\n",
}


def read_words(path):
    word = ""
    words = []
    with open(path, encoding="utf-8") as stream:
        while True:
            character = stream.read(1)
            if not character:
                break
            if character.isalpha():
                word = word + character.lower()
            elif word:
                words.append(word)
                word = ""
    return words


def read_lines(path):
    with open(path, encoding="utf-8") as stream:
        return [line for line in stream.read().split("\n")]


def find_files(folder):
    found = []
    for name in os.listdir(folder):
        path = os.path.join(folder, name)
        if os.path.isdir(path):
            found = found + find_files(path)
        elif name.endswith(".txt") or name.endswith(".md") or name.endswith(".rst"):
            found = found + [path]
    return found


def walk_up(path):
    if path == os.path.dirname(path):
        yield path
    else:
        yield path
        yield from walk_up(os.path.dirname(path))


class Index:
    def __init__(self):
        self.words = []
        self.places = []

    def add(self, path):
        for word in read_words(path):
            if word in STOP_WORDS:
                continue
            if word in self.words:
                self.places[self.words.index(word)].append(path)
            else:
                self.words.append(word)
                self.places.append([path])

    def search(self, words):
        results = []
        for word in words:
            for i in range(len(self.words)):
                if self.words[i] == word:
                    for path in self.places[i]:
                        if path not in results:
                            results.append(path)
        return results

    def frequencies(self):
        pairs = []
        i = 0
        while i < len(self.words):
            pairs.append((self.words[i], len(self.places[i])))
            i += 1
        return pairs


def cloud(pairs, width=60):
    most = 0
    for word, count in pairs:
        most = max(most, count)
    out = ""
    line = ""
    for word, count in sorted(pairs):
        shown = word.upper() if count == max([count for word, count in pairs]) else word
        if len(line) + len(shown) > width:
            out = out + line + "\n"
            line = ""
        line = line + shown + " "
    return out + line, most


def context(path, words):
    lines = read_lines(path)
    shown = []
    while lines:
        line = lines[0]
        lines = lines[1:]
        if any([word in line.lower() for word in words]):
            shown.append(line)
    return shown


def main():
    with tempfile.TemporaryDirectory() as folder:
        for name, text in SAMPLE.items():
            with open(os.path.join(folder, name), "w", encoding="utf-8") as out:
                out.write(text)
        if len(sys.argv) > 1:
            folder = sys.argv[1]
        words = sys.argv[2:] or ["beans", "train"]
        index = Index()
        for path in sorted(find_files(folder)):
            index.add(path)
        print(f"{len(list(walk_up(os.path.abspath(folder))))} folders deep")
        for path in index.search(words):
            print(os.path.basename(path), context(path, words))
        text, most = cloud(index.frequencies())
        print(f"{text}\n(the largest stand {most} times)")


if __name__ == "__main__":
    main()
