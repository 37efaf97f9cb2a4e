"""What notices a wrong rule: small changes to `records`, `server` and `judge`, and what fails because of each.

Usage: python benchmarks/mutants.py [--short] [--count COUNT] [--seed SEED] [--only TEXT]

A mutant is a module with one change. It is loaded in a process of its own, and no file is changed. What may notice it runs
in the order of its cost: the tests of the module and of its package, which for records replay every recording, and every
scenario on the reference. The first failure kills the mutant. `mutants.yaml` lists the mutants that nothing can kill, each
with its reason: *equivalent* if nothing changes that can be observed, *legal* if the specification leaves it to the server.
The exit code is 1 if any other mutant stays alive.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import copy
import importlib
import importlib.abc
import importlib.machinery
import multiprocessing
import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from importlib.machinery import ModuleSpec
from multiprocessing.connection import Connection
from pathlib import Path
from types import CodeType, ModuleType
from typing import NamedTuple

import pytest
import yaml

from svcdns.catalogue import features

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "harness"
PACKAGES = ("records", "server", "judge")
KNOWN = Path(__file__).with_suffix(".yaml")

#: How many mutants there are by default and in the short form, and for how many seconds one may run.
COUNT, FEW, MOST_SECONDS = 200, 2, 300

#: Those of the short form, whose tests take least.
_FEW_OF = "judge/order"

#: The tests of a package that take longer than every scenario on the reference.
_SLOW = ("tests/judge/test_reverse_names.py", "tests/server/test_connections.py", "tests/server/test_server.py")

#: The options of pytest; its plugins are imported before a mutant is loaded, once for all.
_OPTIONS = ("-x", "-q", "-p", "no:cacheprovider", "-W", "ignore::pytest.PytestAssertRewriteWarning")

_SWAPPED: dict[type[ast.AST], type[ast.AST]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
}
_CALLED = {"min": "max", "max": "min", "any": "all", "all": "any", "sorted": "list"}


class Change(NamedTuple):
    """What a mutant changes: where, and the text before and after."""

    line: int
    scope: str
    text: str


class Mutant(NamedTuple):
    """The change of that number among those that a module can have."""

    module: str
    number: int
    change: Change

    def __str__(self) -> str:
        path = self.module.removeprefix("svcdns.").replace(".", "/")
        return f"{path}:{self.change.line} {self.change.scope}: {self.change.text}"


def variants(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what a node may be replaced by, one change each."""
    make = _VARIANTS.get(type(node))
    if make:
        yield from make(node)


def _with(node: ast.AST, **fields: object) -> ast.AST:
    changed = copy.copy(node)
    for field, value in fields.items():
        setattr(changed, field, value)
    return changed


def _shorter(items: Sequence[ast.AST], fewest: int = 2) -> Iterator[list[ast.AST]]:
    """Yield a list without each of its items, unless it has too few."""
    if len(items) >= fewest:
        yield from ([*items[:index], *items[index + 1 :]] for index in range(len(items)))


def _of_comparison(node: ast.Compare) -> Iterator[ast.AST]:
    for index, operator in enumerate(node.ops):
        yield _with(node, ops=[*node.ops[:index], _SWAPPED[type(operator)](), *node.ops[index + 1 :]])


def _of_boolean(node: ast.BoolOp) -> Iterator[ast.AST]:
    yield _with(node, op=_SWAPPED[type(node.op)]())
    yield from (_with(node, values=less) if len(less) > 1 else less[0] for less in _shorter(node.values))


def _of_arithmetic(node: ast.BinOp) -> Iterator[ast.AST]:
    if type(node.op) in _SWAPPED:
        yield _with(node, op=_SWAPPED[type(node.op)]())


def _of_negation(node: ast.UnaryOp) -> Iterator[ast.AST]:
    if isinstance(node.op, ast.Not):
        yield node.operand


def _of_condition(node: ast.If | ast.IfExp) -> Iterator[ast.AST]:
    yield from (_with(node, test=ast.Constant(value)) for value in (False, True))


def _of_comprehension(node: ast.comprehension) -> Iterator[ast.AST]:
    yield from (_with(node, ifs=less) for less in _shorter(node.ifs, fewest=1))


def _of_constant(node: ast.Constant) -> Iterator[ast.AST]:
    if isinstance(node.value, bool):
        yield ast.Constant(not node.value)
    elif isinstance(node.value, int):
        yield ast.Constant(node.value + 1)


def _of_call(node: ast.Call) -> Iterator[ast.AST]:
    if isinstance(node.func, ast.Name) and node.func.id in _CALLED:
        yield _with(node, func=ast.Name(_CALLED[node.func.id], ast.Load()))


def _of_slice(node: ast.Slice) -> Iterator[ast.AST]:
    yield from [_with(node, lower=None)] if node.lower else []
    yield from [_with(node, upper=None)] if node.upper else []


def _of_collection(node: ast.Tuple | ast.List | ast.Set) -> Iterator[ast.AST]:
    if isinstance(node, ast.Set) or isinstance(node.ctx, ast.Load):
        yield from (_with(node, elts=less) for less in _shorter(node.elts))


def _of_expression(node: ast.Expr) -> Iterator[ast.AST]:
    if not isinstance(node.value, ast.Constant):
        yield ast.Pass()


def _removed(_: ast.AST) -> Iterator[ast.AST]:
    yield ast.Pass()


#: What makes the variants of each kind of node.
_VARIANTS: dict[type[ast.AST], Callable[..., Iterator[ast.AST]]] = {
    ast.Compare: _of_comparison,
    ast.BoolOp: _of_boolean,
    ast.BinOp: _of_arithmetic,
    ast.UnaryOp: _of_negation,
    ast.If: _of_condition,
    ast.IfExp: _of_condition,
    ast.comprehension: _of_comprehension,
    ast.Constant: _of_constant,
    ast.Call: _of_call,
    ast.Slice: _of_slice,
    ast.Tuple: _of_collection,
    ast.List: _of_collection,
    ast.Set: _of_collection,
    ast.Expr: _of_expression,
    ast.AugAssign: _removed,
    ast.Raise: _removed,
    ast.Continue: _removed,
    ast.Break: _removed,
}


class Changes(ast.NodeTransformer):
    """Every change that a syntax tree can have, in the order of its text; the one of a number is made."""

    def __init__(self, made: int = -1) -> None:
        self.found: list[Change] = []
        self._made = made
        self._scope: list[str] = []
        self._alike: Counter[tuple[str, str]] = Counter()

    def visit(self, node: ast.AST) -> ast.AST:
        """Change a node, or what is in it; no list of names, no import and no annotation."""
        if _is_left_as_it_is(node):
            return node
        for variant in variants(node):
            line = getattr(node, "lineno", 0) or getattr(getattr(node, "target", None), "lineno", 0)
            self.found.append(self._change(line, f"{_short(node)} → {_short(variant)}"))
            if len(self.found) == self._made + 1:
                return ast.copy_location(variant, node)
        if isinstance(node, ast.AnnAssign):
            node.value = self.visit(node.value) if node.value else None  # type: ignore[assignment]  # an expression stays one
            return node
        return self._visit_scope(node) if isinstance(node, ast.FunctionDef | ast.ClassDef) else self.generic_visit(node)

    def _change(self, line: int, text: str) -> Change:
        """Return a change; one of several that look alike in a function has its place among them."""
        scope = ".".join(self._scope)
        self._alike[scope, text] += 1
        place = self._alike[scope, text]
        return Change(line, scope, f"{text} ({place})" if place > 1 else text)

    def _visit_scope(self, node: ast.FunctionDef | ast.ClassDef) -> ast.AST:
        """Change what a function does, or a class holds; not its annotations, bases and decorators."""
        self._scope.append(node.name)
        if isinstance(node, ast.FunctionDef):
            node.args = self.visit(node.args)  # type: ignore[assignment]  # arguments stay arguments
        node.body = [self.visit(statement) for statement in node.body]  # type: ignore[misc]  # statements stay statements
        self._scope.pop()
        return node


def _is_left_as_it_is(node: ast.AST) -> bool:
    match node:
        case ast.Import() | ast.ImportFrom() | ast.arg():
            return True
        case ast.Assign(targets=[ast.Name(id="__all__" | "__slots__")]):
            return True
        case ast.Subscript(value=ast.Name(id="Literal")):
            return True
        case _:
            return False


def _short(node: ast.AST, longest: int = 70) -> str:
    text = f"if {ast.unparse(node.test)}" if isinstance(node, ast.If) else ast.unparse(node).strip()
    return f"{text[:longest]}…" if len(text) > longest else text


def mutants() -> list[Mutant]:
    """Return every mutant of the packages."""
    found: list[Mutant] = []
    for path in sorted(file for package in PACKAGES for file in (SOURCES / "svcdns" / package).rglob("*.py")):
        module = ".".join(path.relative_to(SOURCES).with_suffix("").parts).removesuffix(".__init__")
        changes = Changes()
        changes.visit(ast.parse(path.read_text(encoding="utf-8")))
        found += [Mutant(module, number, change) for number, change in enumerate(changes.found)]
    return found


class _MutantLoader(importlib.machinery.SourceFileLoader):
    """Loads a module with one change, and writes no bytecode."""

    def __init__(self, fullname: str, path: str, number: int) -> None:
        super().__init__(fullname, path)
        self._number = number

    def get_code(self, fullname: str) -> CodeType:
        path = Path(self.get_filename(fullname))
        changed = Changes(self._number).visit(ast.parse(path.read_text(encoding="utf-8")))
        assert isinstance(changed, ast.Module), "no change replaces a module"
        return compile(ast.fix_missing_locations(changed), path, "exec")


class _MutantFinder(importlib.abc.MetaPathFinder):
    """Finds the module that is changed; every other one is found as usual."""

    def __init__(self, mutant: Mutant) -> None:
        self._mutant = mutant

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != self._mutant.module:
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        assert spec is not None, "the module was read before"
        spec.loader = _MutantLoader(fullname, str(spec.origin), self._mutant.number)
        return spec


def stages(module: str) -> list[str]:
    """Return what may notice a change to a module, the cheapest first: test files, or every scenario."""
    _, package, *rest = module.split(".")
    own = [f"tests/{package}/test_{name}.py" for name in rest if (ROOT / f"tests/{package}/test_{name}.py").exists()]
    every = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "tests" / package).glob("test_*.py"))
    quick = " ".join(path for path in every if path not in (*own, *_SLOW))
    slow = [path for path in every if path in _SLOW and path not in own]
    # What is wrong in a record shows in the first scenarios that need it.
    both = ["scenarios", quick] if package == "records" else [quick, "scenarios"]
    return [*own, *both, *slow]


def noticed(stage: str) -> str:
    """Return what fails in a stage, or nothing."""
    if stage == "scenarios":
        return _failed_scenario()
    failures = _Failures()
    code = pytest.main([*stage.split(), *_OPTIONS], plugins=[failures])
    return failures.first or ("" if code in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED) else stage)


class _Failures:
    """A pytest plugin that keeps the first failure."""

    first = ""

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Keep what cannot be collected."""
        if report.failed:
            self.first = self.first or report.nodeid

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep a failure."""
        if report.failed:
            self.first = self.first or report.nodeid


def _failed_scenario() -> str:
    """Play every scenario on the reference; return the first that is not conformant."""
    # They are read once the mutant is in its place.
    from svcdns.records import COREDNS  # noqa: PLC0415
    from svcdns.results import Verdict  # noqa: PLC0415
    from svcdns.selftest.playing import play, scenarios  # noqa: PLC0415
    from svcdns.targets.reference import Reference  # noqa: PLC0415

    with Reference(COREDNS) as target:
        outcomes = play(target, scenarios(), target.dns_profile)
        return next((played.id for played in outcomes if played.judged.verdict != Verdict.CONFORMANT), "")


def _try(mutant: Mutant, result: Connection) -> None:
    """Load a mutant in this process, and send what kills it; nothing if it stays alive."""
    # What a mutant starts ends with it, however it ends; what it prints is of no use.
    os.setsid()
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, sys.stdout.fileno())
    os.dup2(nothing, sys.stderr.fileno())
    sys.dont_write_bytecode = True
    sys.meta_path.insert(0, _MutantFinder(mutant))
    stage, killed_by = "", ""
    try:
        for stage in stages(mutant.module):
            killed_by = noticed(stage)
            if killed_by:
                break
    except BaseException as error:  # noqa: BLE001 - whatever a mutant breaks, it is noticed
        killed_by = f"{type(error).__name__} in {stage}"
    result.send(killed_by)


def killed_by(mutant: Mutant) -> str:
    """Return what kills a mutant in a process of its own; nothing if it stays alive."""
    receiving, sending = multiprocessing.Pipe(duplex=False)
    # The process begins with what no mutant changes.
    process = multiprocessing.get_context("fork").Process(target=_try, args=(mutant, sending))
    process.start()
    sending.close()
    try:
        return str(receiving.recv()) if receiving.poll(MOST_SECONDS) else f"its time, {MOST_SECONDS} s"
    except EOFError:
        return "a crash"
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid or 0, signal.SIGKILL)
        process.join()


def _import_once() -> None:
    """Import and read what no mutant changes, so that the process of a mutant begins with it."""
    for name in ("click", "dns.message", "dns.rdtypes.IN.SRV", "hypothesis", "jinja2", "pytest_bdd", "rich"):
        importlib.import_module(name)
    features.packaged()


def known() -> dict[tuple[str, str, str], tuple[str, str]]:
    """Return the kind and the reason of each mutant that nothing can kill."""
    rows = yaml.safe_load(KNOWN.read_text(encoding="utf-8"))["mutants"]
    return {(row["module"], row["scope"], row["change"]): (row["kind"], row["reason"]) for row in rows}


def main() -> int:
    """Try mutants, and say what becomes of each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=COUNT, help="how many mutants")
    parser.add_argument("--seed", type=int, default=1, help="the seed that chooses them")
    parser.add_argument("--only", default="", help="only mutants whose text contains this")
    parser.add_argument("--short", action="store_true", help=f"{FEW} mutants of {_FEW_OF}")
    options = parser.parse_args()
    os.chdir(ROOT)
    _import_once()
    assert not any(name.startswith(f"svcdns.{package}") for package in PACKAGES for name in sys.modules), "no change"
    only = _FEW_OF if options.short else options.only
    every = [mutant for mutant in mutants() if only in str(mutant)]
    chosen = random.Random(options.seed).sample(every, min(FEW if options.short else options.count, len(every)))
    unkillable = known()
    print(f"{len(chosen)} of {len(every)} mutants, seed {options.seed}")
    kinds: Counter[str] = Counter()
    for mutant in chosen:
        kind, why = unkillable.get((mutant.module, mutant.change.scope, mutant.change.text), ("", ""))
        if not kind:
            begun = time.monotonic()
            by = killed_by(mutant)
            kind, why = ("killed", f"{time.monotonic() - begun:.0f} s, by {by}") if by else ("alive", "")
        kinds[kind] += 1
        print(f"{kind:10} {mutant}" + f" ({why})" * bool(why), flush=True)
    print(", ".join(f"{kinds[kind]} {kind}" for kind in ("killed", "equivalent", "legal", "alive")))
    return 1 if kinds["alive"] or not kinds["killed"] else 0


if __name__ == "__main__":
    sys.exit(main())
