"""What tests of privacy share: a workspace with a secret in every place that there is, and how to find them again."""

import base64
import html
import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, unquote

from tests import strategies as write

RUN = "run:p.r"

# Place in the workspace → the secret that stands there, of a shape or under a name; each another.
SECRETS = {
    "tag of the project": "QsPXaf1Kpgcxr0xx",
    "description of the project": "glpat-AbCdEfGhIjKlMnOpQrSt",
    "name of the run": "ghp_0aB1cD2eF3gH4iJ5kL6mN7oP8qR9sT0uV1wX",
    "tag of the run": "Tz8RunTagSecret",
    "metadata of the run": "m3tadata-Secret",
    "config, deep": "xoxb-123456789012-abcdefABCDEF",
    "config, a command line": "Opaque9CliValue",
    "unknown field of the run": "unkn0wn-Secret",
    "extension of the run": "ext3nsion-Secret",
    "environment variable, by its name": "wJalrXUtnFEMI7K7MDENGbPxRfiCY",
    "environment variable, in a URL": "pgUrlPassw0rd",
    "package from a URL": "p4ckageUrlPass",
    "message, a token": "AKIAIOSFODNN7EXAMPLE",
    "message, a header": "abcDEF123ghiJKL456",
    "message, a setting": "hunter2hunter",
    "message, base64": "b64Hidden7Value",
    "message, percent encoding": "sk_live_4eC39HqLyjWDarjtT1zdp7dc",
    "message, a private key": "MIIEowIBAAKCAQEAu1SU1LfVLPHCozMxH2Mo4lgOEePzNm0tRgeLezV6",
    "message, what another place holds": "hf_abcdefghijABCDEFGHIJabcdefghijABCD",
    "attribute of an event": "att2ibute-Secret",
    "attribute of an event, in a list": "l1stAttribute-Secret",
    "extension of a record": "rec0rdExtension-Secret",
    "name of a span": "npm_abcdefghijklmnopqrstuvwxyz0123456789",
    "attribute of a span": "sp4n-Secret",
    "attribute of an artifact": "art1fact-Secret",
    "location of an artifact": "l0cationPass",
    "summary of a degraded record": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0",
    "attribute of a degraded record": "degr4ded-Secret",
    "tag of a metric": "metr1cTag-Secret",
    "tag that numbers points": "numb3ring-Secret",
    "unit of a metric": "github_pat_11ABCDEFG0abcdefghijklmnop",
    "event of a deployment": "SG.abcdefghijklmnopqrst.ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "name of a file": "AIzaSyA0123456789abcdefghijklmnopqrstuv",
    "line that is at fault": "ya29.a0AfH6SMBx1234567890abcd",
    "line of no run": "dapi0123456789abcdef0123456789abcdef",
}

# What only a report for everyone leaves out.
PRIVATE = {
    "path in a message": "/srv/grids/cell7/train.py",
    "path of Windows": "D:\\Grids\\cell8",
    "path of an artifact": "/srv/models/cell9.bin",
    "path in base64": "/srv/b64/cell10",
    "home directory": "/home/margaret/work",
    "user": "margaret",
    "host": "gpu-box-17",
    "environment variable": "variable-value-11",
    "tag": "tag-value-12",
    "tag of a metric ": "metric-tag-value-13",
    "tag that numbers points ": "numbering-tag-value-14",
}

# What stands in no report for everyone.
EVERYTHING = {**SECRETS, **PRIVATE}


def plant(root: Path) -> Path:
    """Write the workspace."""
    name_of_file = f"records/segments/segment-{SECRETS['name of a file']}.jsonl"
    return write.Files(
        {
            write.LEDGER: [*_puts(), _at_fault(RUN, "line that is at fault"), _at_fault("nowhere", "line of no run")],
            write.CAPTURED: [write.record_frame(record) for record in _records()],
            write.ARTIFACTS: [write.artifact_frame(manifest) for manifest in _manifests()],
            name_of_file: [write.segment_frame(write.event("in-a-file", "fine"))],
        }
    ).write(root)


def _puts() -> Iterator[write.Line]:
    project = write.project_model(
        tags={"password": SECRETS["tag of the project"], "team": PRIVATE["tag"]},
        description=f"uses {SECRETS['description of the project']}",
    )
    details = {
        "namespace": "contexta.run",
        "tags": {"deploy_token": SECRETS["tag of the run"], "team": PRIVATE["tag"], "kind": "nightly"},
        "metadata": {"api_key": SECRETS["metadata of the run"], "hostname": PRIVATE["host"], "user": PRIVATE["user"]},
        "config_snapshot": {
            "a": [{"b": f"use {SECRETS['config, deep']}"}],
            "argv": ["train.py", "--auth-token", SECRETS["config, a command line"]],
            "max_tokens": 128,
        },
    }
    more = {"namespace": "mine", "credentials": {"value": SECRETS["extension of the run"]}}
    run = write.run_model(
        name=f"with {SECRETS['name of the run']}", extensions=[details, more], client_secret=SECRETS["unknown field of the run"]
    )
    variables = {
        "AWS_SECRET_ACCESS_KEY": SECRETS["environment variable, by its name"],
        "DATABASE_URL": f"postgres://db:{SECRETS['environment variable, in a URL']}@host/x",
        "HF_TOKEN": SECRETS["message, what another place holds"],
        "OTHER": PRIVATE["environment variable"],
    }
    packages = {"mine": f"git+https://me:{SECRETS['package from a URL']}@example.org/x", "tokenizers": "0.15"}
    yield write.put("Project", project)
    yield write.put("Run", run)
    yield write.put("Run", write.run_model("p.earlier", started_at="2024-01-01T00:00:00Z", ended_at="2024-01-01T01:00:00Z"))
    yield write.put("StageExecution", write.stage_model())
    yield write.put("EnvironmentSnapshot", write.environment_model(environment_variables=variables, packages=packages))
    yield write.put("DeploymentExecution", write.deployment_model(run_ref=RUN))


def _records() -> Iterator[write.Line]:
    key = f"-----BEGIN RSA PRIVATE KEY-----\n{SECRETS['message, a private key']}\n-----END RSA PRIVATE KEY-----"
    messages = (
        f"with {SECRETS['message, a token']} in it",
        f"Authorization: Bearer {SECRETS['message, a header']}",
        f"db_password={SECRETS['message, a setting']} user=me",
        f"payload {_base64('password=' + SECRETS['message, base64'])} sent",
        f"GET https://example.org/?q={quote(SECRETS['message, percent encoding'], safe='').replace('_', '%5F')}",
        f"read {key}",
        f"logged in with {SECRETS['message, what another place holds']}",
        f'File "{PRIVATE["path in a message"]}", line 3; also {PRIVATE["path of Windows"]} and {_base64(PRIVATE["path in base64"])}',
        f"{PRIVATE['user']} on {PRIVATE['host']} in {PRIVATE['home directory']}/x",
    )
    for number, message in enumerate(messages):
        yield write.event(f"event-{number}", message)
    attributes = {"secret": SECRETS["attribute of an event"], "tokens": [{"password": SECRETS["attribute of an event, in a list"]}]}
    extensions = [{"namespace": "mine", "private_key": SECRETS["extension of a record"]}]
    yield write.event("event-a", payload={"attributes": attributes}, extensions=extensions)
    yield write.event("event-d", f"live with {SECRETS['event of a deployment']}", deployment_execution_ref="deployment:p.prod")
    span = write.span("s-1", 20, 30)
    spoken = {"span_name": f"call {SECRETS['name of a span']}", "attributes": {"authorization": SECRETS["attribute of a span"]}}
    yield {**span, "payload": {**span["payload"], **spoken}}
    lost = write.degraded("d-1", f"lost {SECRETS['summary of a degraded record']}")
    yield {**lost, "payload": {**lost["payload"], "attributes": {"access_token": SECRETS["attribute of a degraded record"]}}}
    tags = {"api_token": SECRETS["tag of a metric"], "split": PRIVATE["tag of a metric "]}
    yield write.metric("m-1", 0.5, payload={"tags": tags, "unit": SECRETS["unit of a metric"]}, stage_execution_ref="stage:p.r.train")
    yield write.metric("m-2", 0.25, key="tokens_per_second")
    for number in range(250):  # more than a page shows, so that there is a sheet of them
        tags = {"password": f"{SECRETS['tag that numbers points']}-{number}", "note": PRIVATE["tag that numbers points "]}
        yield write.metric(f"n-{number}", number, key="error", payload={"tags": tags})


def _manifests() -> Iterator[write.Line]:
    location = f"s3://me:{SECRETS['location of an artifact']}@bucket/model"
    yield write.manifest("a-1", location, attributes={"passphrase": SECRETS["attribute of an artifact"]})
    yield write.manifest("a-2", f"path:{PRIVATE['path of an artifact']}")


def _at_fault(run: str, place: str) -> write.Line:
    return write.put("Run", {**write.run_model(), "run_ref": run, "status": SECRETS[place]})


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def found_in(content: bytes, planted: dict[str, str]) -> list[str]:
    """The places whose secret stands in a file, as it is or behind an encoding."""
    views = "\n".join(_views(content.decode()))
    return [place for place, secret in planted.items() if secret in views]


def _views(text: str) -> Iterator[str]:
    for _ in range(3):  # an encoding within an encoding
        yield text
        runs = " ".join(map(_decoded, re.findall(r"[A-Za-z0-9+/_-]{8,}={0,2}", text)))
        text = f"{unquote(html.unescape(_unescaped(text)))}\n{runs}"
    yield text


def _decoded(run: str) -> str:
    try:
        return base64.b64decode(run + "=" * (-len(run) % 4), altchars=b"-_" if set(run) & set("-_") else None).decode()
    except ValueError:
        return ""


def _unescaped(text: str) -> str:
    return re.sub(r"\\(?:u[0-9a-fA-F]{4}|[\"\\\\/bfnrt])", lambda found: str(json.loads(f'"{found[0]}"')), text)
