"""Where the manifests of a feature may lie, and what is said of files that are none."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from svcdns import resources
from svcdns.errors import ManifestError
from svcdns.manifests import sources
from svcdns.manifests.sources import PACKAGED, Sources

SERVICE = "apiVersion: v1\nkind: Service\nmetadata: {name: %s}\nspec: {ports: [{port: 80}]}\n"
SECRET = "root:x:0:0:TOPSECRET:/root:/bin/bash\n"


class Places:
    """A feature's directory, the working directory, one that the user names, and one that nobody does."""

    def __init__(self, tmp_path: Path) -> None:
        self.beside, self.working, self.root, self.outside = (
            tmp_path / name for name in ("beside", "working", "root", "outside")
        )
        for place in (self.beside, self.working, self.root, self.outside):
            place.mkdir()
            (place / f"{place.name}.yaml").write_text(SERVICE % place.name)
            (place / "same.yaml").write_text(SERVICE % place.name)
        (self.outside / "secret").write_text(SECRET)

    def sources(self, *roots: Path) -> Sources:
        return sources.of(self.beside / "x.feature", self.working, roots)

    def name(self, manifest: str, *roots: Path) -> str:
        """The name of the object that a manifest holds now."""
        sources._objects.cache_clear()
        (found,) = self.sources(*roots).objects(manifest)
        return found.name

    def refusal(self, manifest: str, *roots: Path) -> str:
        with pytest.raises(ManifestError) as caught:
            self.sources(*roots).objects(manifest)
        assert "TOPSECRET" not in str(caught.value)
        return str(caught.value)


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return Places(tmp_path)


def test_a_manifest_is_looked_for_beside_the_feature_then_in_the_working_directory_then_among_the_fixtures(
    places: Places,
):
    assert places.name("same.yaml") == "beside"
    (places.beside / "same.yaml").unlink()
    assert places.name("same.yaml") == "working"
    (places.working / "combinations").mkdir()
    own = places.working / "combinations" / "clusterip-service.yaml"
    own.write_text(SERVICE % "own")
    assert places.name("combinations/clusterip-service.yaml") == "own"
    own.unlink()
    assert places.name("combinations/clusterip-service.yaml") == "test-svc"


def test_directories_that_the_user_names_come_last(places: Places):
    assert "does not exist in" in places.refusal("root.yaml")
    assert places.name("root.yaml", places.outside, places.root) == "root"
    assert places.name("same.yaml", places.root) == "beside"
    assert places.name(str(places.root / "root.yaml"), places.root) == "root"


def test_a_feature_that_comes_along_has_its_fixtures_whatever_lies_where_it_is_run(
    places: Places, monkeypatch: pytest.MonkeyPatch
):
    feature = resources.features() / "combinations" / "deployment_clusterip.feature"
    assert feature.exists()
    assert sources.of(feature, places.working, [places.root]) == PACKAGED
    (places.working / "combinations").mkdir()
    (places.working / "combinations" / "clusterip-service.yaml").write_text(SERVICE % "shadow")
    monkeypatch.chdir(places.working)
    (found,) = sources.of(feature, places.working).objects("combinations/clusterip-service.yaml")
    assert found.name == "test-svc"


def test_a_missing_manifest_is_told_with_the_places_that_were_looked_at(places: Places):
    said = places.refusal("gone.yaml", places.root)
    for place in (places.beside, places.working, resources.fixtures(), places.root):
        assert os.path.relpath(place) in said or str(place) in said
    assert said.endswith("move it there, or add its directory with --manifest-root")
    assert "\n" not in said


@pytest.mark.parametrize(
    "manifest", ["/etc/passwd", "../outside/secret", "/dev/zero", "../../../../../etc/passwd", "..", "/"]
)
def test_what_lies_elsewhere_is_refused_whether_or_not_it_is_there(manifest: str, places: Places):
    assert "is outside of" in places.refusal(manifest)
    assert "is outside of" in places.refusal(f"{manifest}/that-is-not-there")


def test_a_path_that_goes_up_and_stays_inside_is_read(places: Places):
    (places.working / "features").mkdir()
    found = sources.of(places.working / "features" / "x.feature", places.working)
    assert [one.name for one in found.objects("../working.yaml")] == ["working"]


@pytest.mark.parametrize("target", ["outside/secret", "outside", "/etc/passwd", "/dev/zero"])
def test_a_link_that_leads_out_is_refused_and_not_read(target: str, places: Places):
    (places.beside / "link.yaml").symlink_to(places.beside.parent / target)
    name = "link.yaml/secret" if target == "outside" else "link.yaml"
    assert "is a link to elsewhere and is not read" in places.refusal(name)


def test_a_link_that_stays_inside_is_followed(places: Places):
    (places.beside / "link.yaml").symlink_to(places.working / "working.yaml")
    (places.working / "linked").symlink_to(places.beside)
    assert places.name("link.yaml") == "working"
    assert places.name("linked/beside.yaml") == "beside"


def test_a_link_that_leads_nowhere_or_in_a_circle_cannot_be_read(places: Places):
    (places.beside / "gone.yaml").symlink_to(places.beside / "not-there")
    (places.beside / "circle.yaml").symlink_to(places.beside / "circle.yaml")
    assert "cannot be read" in places.refusal("gone.yaml")
    assert "is not a file" in places.refusal("circle.yaml")


def test_what_is_no_file_is_refused_without_being_read(places: Places):
    os.mkfifo(places.beside / "fifo")
    (places.beside / "directory").mkdir()
    for name in ("fifo", "directory"):
        assert "is not a file and is not read" in places.refusal(name)
    if Path("/dev/zero").exists():
        assert "is not a file and is not read" in places.refusal("/dev/zero", Path("/dev"))


@pytest.mark.parametrize("name", ["a\0b", "x" * 5000, "a\nb", "\ud800"])
def test_a_name_that_no_file_has_is_one_line(name: str, places: Places):
    assert "\n" not in places.refusal(name)


WORD = "TOPSECRET"
#: Files that are no manifests, each with the word in every place where an error could quote it.
OTHERS = {
    "passwd": SECRET,
    "a word": WORD,
    "words": f"- {WORD}\n- {WORD}",
    "a number": "4711",
    "INI": f"[{WORD}]\nkey = {WORD}\n",
    "a key": f"-----BEGIN {WORD}-----\n{WORD}\n",
    "a mapping": f"{WORD}: {WORD}",
    "a key twice": f"{WORD}: 1\n{WORD}: 2\n",
    "an anchor": f"a: *{WORD}",
    "an anchor in itself": f"a: &{WORD} [*{WORD}]",
    "a tag": f"!{WORD} x",
    "a tag handle": f"!{WORD}!x y",
    "a directive": f"%{WORD} x\n---\na: 1",
    "a quote": f"a: '{WORD}",
    "an escape": f'a: "\\{WORD}"',
    "a tab": f"a:\n\t{WORD}: 1",
    "a token": f"@{WORD}",
    "a flow": f"[{WORD}, {WORD}",
    "a control character": f"{WORD}\x01{WORD}",
    "another encoding": f"{WORD}é".encode("latin-1"),
    "UTF-16": WORD.encode("utf-16"),
    "an unknown kind": f"apiVersion: v1\nkind: {WORD}\nmetadata: {{name: {WORD}}}",
    "an unknown version": f"apiVersion: {WORD}\nkind: Service\nmetadata: {{name: {WORD}}}",
    "an unknown group": f"apiVersion: {WORD.lower()}/v1\nkind: {WORD}",
    "no group at all": f"apiVersion: {WORD}.x/{WORD}\nkind: {WORD}\n{WORD}: {WORD}",
    "a kubeconfig": f"apiVersion: v1\nkind: Config\nusers: [{{name: {WORD}, user: {{token: {WORD}}}}}]\n{WORD}: 1\n{WORD}: 2",
    "a list": f"kind: List\n{WORD}: 1\nitems: [{WORD}, {{{WORD}: 1}}, [{WORD}]]",
    "a list of secrets": f"kind: {WORD}List\nitems: [{{a: {WORD}}}]",
    "a name without a kind": f"apiVersion: v1\nmetadata: {{name: {WORD}}}",
    "a second document": f"{SERVICE % 'web'}---\n{WORD}: {WORD}\n{WORD}: {WORD}",
    "not a number": f"{WORD}: .nan",
    "a merge": f"<<: {WORD}",
}


@pytest.mark.parametrize("content", OTHERS.values(), ids=list(OTHERS))
def test_no_error_quotes_what_is_no_manifest(content: str | bytes, places: Places):
    path = places.beside / "other.yaml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(ManifestError) as caught:
        places.sources().objects("other.yaml")
    said = str(caught.value)
    assert WORD.lower() not in said.lower()
    assert "4711" not in said
    assert all("other.yaml:" in line for line in said.splitlines()), "file and line are told all the same"
