"""All feature files below a directory, read once."""

from __future__ import annotations

from pathlib import Path

import pytest

from svcdns import resources
from svcdns.catalogue import features
from svcdns.errors import FeatureError


def test_the_packaged_features_are_those_below_features_by_their_paths() -> None:
    found = features.packaged()
    assert [resources.features() / path for path in found] == sorted(resources.features().rglob("*.feature"))
    assert found["specification/srv.feature"].path == resources.features() / "specification/srv.feature"


def test_a_file_that_is_no_feature_is_named_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep/broken.feature").write_text("no feature\n", encoding="utf-8")
    with pytest.raises(FeatureError, match=r"deep/broken\.feature:1: "):
        features.read_all(tmp_path)
