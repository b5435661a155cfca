"""Trees of generated files, and the folders that they are written to."""

from pathlib import Path

from neo4j_scenarios.output.compare import Tree, compare
from neo4j_scenarios.output.write_tree import update
from neo4j_scenarios.write import MARK


def text(word: str) -> str:
    return f"{MARK}: {word}\n"


def make_tree(**words: str) -> Tree:
    """Return a tree with a file in a folder for each word, `_` standing for `/`."""
    return Tree("fleet.yaml", {name.replace("_", "/"): text(word) for name, word in words.items()})


def make_folder(folder: Path, tree: Tree) -> Path:
    update(folder, tree, compare(folder, tree))
    return folder
