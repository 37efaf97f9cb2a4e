from __future__ import annotations

import pytest

from svcdns.targets.kind.output import error_message, progress, taken_port

RUN = 'command "docker run --name "x" --label a=\'b\' image" failed with error: exit status 125'


@pytest.mark.parametrize(
    ("output", "words"),
    [
        ("", ""),
        ("some words\n\n", "some words"),
        ("Error: no such container: x\nUsage: podman inspect\n", "Error: no such container: x"),
        ("Creating cluster ...\nERROR: unknown cluster\n", "unknown cluster"),
        ("\x1b[31mERROR\x1b[0m: failed to create cluster: [a, b]\n", "a, b"),
        (
            f"ERROR: failed to create cluster: {RUN}\n\nCommand Output: 3fae\ndocker: Error response from daemon: no.\n",
            "docker: Error response from daemon: no.",
        ),
        (
            "ERROR: failed to create cluster: could not find a log line that matches\n",
            "could not find a log line that matches",
        ),
        (
            f"ERROR: failed to create cluster: failed to pull image: {RUN}\n\nCommand Output: Using latest\nError from daemon: no\n",
            "failed to pull image: Error from daemon: no",
        ),
        # kubeadm writes hundreds of lines, and traces after the one that says what is wrong.
        (
            f"ERROR: failed to init: {RUN}\n\nCommand Output: I1122 one\nerror: timed out waiting\nk8s.io/cmd.Run\n\tpanic.go:1\n",
            "failed to init: error: timed out waiting",
        ),
        (
            'ERROR: failed to list: command "docker ps" failed with error: exec: "docker": not found\n\nCommand Output: \n',
            'failed to list: exec: "docker": not found',
        ),
        (f"ERROR: [{RUN}, {RUN}]\n", f"[{RUN}, {RUN}]"),
    ],
)
def test_the_error_message_is_one_line(output, words):
    assert error_message(output) == words


@pytest.mark.parametrize(
    ("line", "text"),
    [
        (" • Ensuring node image (kindest/node:v1.34.0) 🖼  ...\n", "Ensuring node image (kindest/node:v1.34.0)"),
        ("\x1b[?7l\r \x1b[32m✓\x1b[0m Preparing nodes 📦 \x1b[?7h\n", "Preparing nodes"),
        ('Creating cluster "x" ...\n', 'Creating cluster "x"'),
    ],
)
def test_progress_is_plain_text(line, text):
    assert progress(line) == text


@pytest.mark.parametrize(
    "words",
    [
        "Bind for 127.0.0.1:80 failed: port is already allocated.",
        "Error starting userland proxy: listen tcp4 127.0.0.1:80: bind: address already in use",
        "failed to bind host port 127.0.0.1:80/tcp: address already in use",
    ],
)
def test_a_taken_port_is_recognised(words):
    assert taken_port(f"first\ndocker: {words}\nlast\n") == f"docker: {words}"
    assert taken_port("first\nlast\n") is None
