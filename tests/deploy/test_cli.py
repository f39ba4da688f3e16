"""The commands, as an operator and other programs use them."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from typer.main import get_command
from typer.testing import CliRunner, Result

from bot.channels.line.channel import LineChannel
from deploy.cli import app
from deploy.cli.serve import require_free_port
from deploy.cli.verbs import VERBS, Verbs, spell_out
from deploy.settings import SettingsError, read_channels, read_settings
from knowledge.packs import read_packs, write_packs
from knowledge.published import Published

QUESTIONS = """\
city\tutterance\texpected\tstyle
kokubunji\tマイナンバーカードをなくした\tmynumber-card/lost-card\tshort
fuchu\tカレーの作り方\tNONE\tgeneral
oyama\tスマホ教室はいつ\tsmartphone-class/find-a-class|smartphone-class/cost\tshort
"""
SCORES = {"n", "right", "wrong", "asked_right", "asked_wrong", "fallback"}


def run(*arguments: str, stdin: str | bytes = "") -> Result:
    return CliRunner().invoke(app, spell_out(arguments), input=stdin)


def test_ask_as_json_has_the_promised_shape() -> None:
    answer = json.loads(run("ask", "--city", "kokubunji", "マイナンバーカードをなくした", "--json").stdout)
    promised = {"decision", "entry", "topic", "confidence", "candidates", "text"}
    assert set(answer) == promised | {"follows", "outside", "language"}
    assert (answer["decision"], answer["entry"]) == ("answer", "common/mynumber-card/lost-card")
    assert set(answer["candidates"][0]) == {"entry", "topic", "confidence"}
    assert "出典" in answer["text"]


def test_ask_says_what_it_cannot_answer() -> None:
    answer = json.loads(run("ask", "--city", "fuchu", "ゑゐゑゐ", "--json").stdout)
    assert (answer["decision"], answer["entry"], answer["topic"]) == ("fallback", None, None)
    assert "042-364-4111" in answer["text"]


def test_an_unknown_city_is_named_with_those_there_are() -> None:
    result = run("ask", "--city", "edo", "カード")
    assert result.exit_code == 1
    assert "kokubunji" in str(result.exception)


def test_eval_as_json_has_the_promised_shape(tmp_path: Path) -> None:
    file = tmp_path / "questions.tsv"
    file.write_text(QUESTIONS, encoding="utf-8")
    figures = json.loads(run("eval", str(file), "--json").stdout)
    assert set(figures) == {"overall", "none", "styles", "latency_ms", "calibration_error"}
    assert set(figures["overall"]) == SCORES
    assert set(figures["none"]) == {"n", "answered", "asked", "refused"}
    assert (figures["overall"]["n"], figures["none"]["n"]) == (2, 1)
    assert figures["overall"]["right"] == 2
    assert set(figures["styles"]) == {"short", "general"}
    assert set(figures["latency_ms"]) == {"p50", "p99"}
    assert "overall" in run("eval", str(file)).stdout


@pytest.mark.parametrize("text", ["", "a\tb\n1\t2\n", "city\tutterance\texpected\tstyle\nfuchu\t\tNONE\tx\n"])
def test_eval_of_a_bad_file_says_which_line(tmp_path: Path, text: str) -> None:
    file = tmp_path / "bad.tsv"
    file.write_text(text, encoding="utf-8")
    result = run("eval", str(file))
    assert result.exit_code == 1
    assert "行" in str(result.exception)


def test_eval_retrieval_counts_hits(tmp_path: Path) -> None:
    files = {
        "corpus": {
            "0": "Question: 住民票の写しはどこで取れますか\nAnswer: 窓口です。",
            "1": "Question: ごみの出し方\nAnswer: 朝です。",
        },
        "queries": {"0": "住民票の写し", "1": "ごみ"},
        "qrels": {"0": {"0": 2}, "1": {"1": 1}},
    }
    arguments = []
    for name, content in files.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")
        arguments += [f"--{name}", str(tmp_path / f"{name}.json")]
    figures = json.loads(run("eval", "retrieval", *arguments, "--json").stdout)
    assert figures["strict"] == {"n": 1, "h1": 1.0, "h3": 1.0, "mrr": 1.0}
    assert figures["lenient"]["n"] == 2
    assert set(figures["latency_ms"]) == {"p50", "p99"}


def test_mask_goes_line_by_line_and_takes_any_bytes() -> None:
    assert (
        run("mask", stdin="番号は1234-5678-9018です\n0120-95-0178\n").stdout == "番号は【個人番号】です\n0120-95-0178\n"
    )
    assert run("mask", stdin=b"\xff\xfe 090-1234-5678\n").stdout.endswith("【電話番号】\n")


@pytest.fixture
def folder(tmp_path: Path, published: Published) -> Path:
    root = tmp_path / "packs"
    write_packs(root, published.packs.values(), ((e.pack, e.entry) for e in published.entries))
    return root


def test_the_shipped_packs_have_no_error() -> None:
    result = run("pack", "validate", "--quiet")
    assert result.exit_code == 0, result.stdout


def test_broken_packs_are_listed_whole_and_change_nothing(
    folder: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MADOGUCHI_DATABASE_URL", database_url)
    entry = folder / "common/mynumber-card/lost-card.yaml"
    entry.write_text(entry.read_text(encoding="utf-8").replace("A-022", "Z-999"), encoding="utf-8")
    (folder / "common/conversation/help.yaml").write_text("topic: [", encoding="utf-8")
    result = run("pack", "import", str(folder))
    assert result.exit_code == 1
    assert "common/mynumber-card/lost-card.yaml:" in result.stderr
    assert "common/conversation/help.yaml:" in result.stderr
    assert "公開番号 0" in run("db", "check").stdout


def test_import_export_and_back(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MADOGUCHI_DATABASE_URL", database_url)
    assert "追加" in run("pack", "import").stdout
    assert "追加 0、更新 0、取り下げ 0 件" in run("pack", "import").stdout
    out = tmp_path / "out"
    assert "書き出しました" in run("pack", "export", str(out)).stdout
    shipped, exported = read_packs(), read_packs(out)
    assert exported.problems == ()
    assert [e.entry for e in exported.entries] == [e.entry for e in shipped.entries]
    assert exported.packs == shipped.packs
    answer = json.loads(run("ask", "--city", "oyama", "カードをなくした", "--live", "--json").stdout)
    assert answer["topic"] == "mynumber-card/lost-card"


def test_db_check_and_upgrade(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MADOGUCHI_DATABASE_URL", f"sqlite:///{tmp_path}/new/m.db")
    assert run("db", "check").exit_code == 1
    assert run("db", "upgrade").exit_code == 0
    assert "違い 0 件" in run("db", "check").stdout


def test_staff_add_shows_a_password_once(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MADOGUCHI_DATABASE_URL", database_url)
    assert "パスワード:" in run("staff", "add", "hana", "--role", "editor", "--city", "oyama").stdout
    assert "もう使われています" in str(run("staff", "add", "hana").exception)
    assert "15 文字以上" in str(run("staff", "add", "taro", "--password-stdin", stdin="short\n").exception)


def test_doctor_says_what_to_do(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MADOGUCHI_DATABASE_URL", database_url)
    result = run("doctor")
    assert result.exit_code == 1
    assert "× madoguchi pack import" in result.stdout


def test_a_port_in_use_is_a_clear_sentence() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(SettingsError, match="ほかのプログラム"):
            require_free_port("127.0.0.1", taken.getsockname()[1])


def test_settings_come_from_the_environment_or_files(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("s" * 32 + "\n", encoding="utf-8")
    environment = {
        "MADOGUCHI_HASH_KEY_FILE": str(secret),
        "MADOGUCHI_PORT": "9000",
        "MADOGUCHI_LINE_OYAMA_CHANNEL_SECRET_FILE": str(secret),
        "MADOGUCHI_LINE_OYAMA_CHANNEL_SECRET_OLD": "o" * 32,
        "MADOGUCHI_LINE_OYAMA_ACCESS_TOKEN": "token",
    }
    settings = read_settings(environment)
    assert (settings.port, settings.hash_key.get_secret_value()) == (9000, "s" * 32)
    assert read_channels(environment) == {"oyama": LineChannel(("s" * 32, "o" * 32), "token")}


@pytest.mark.parametrize(
    "environment",
    [
        {"MADOGUCHI_PORT": "many"},
        {"MADOGUCHI_DATABASE_URL": "nonsense"},
        {"MADOGUCHI_MODE": "party"},
        {"MADOGUCHI_HASH_KEY": "short"},
        {"MADOGUCHI_HASH_KEY_FILE": "/no/such/file"},
        {"MADOGUCHI_HASH_KEY": "k" * 32, "MADOGUCHI_HASH_KEY_OLD": "short"},
        {"MADOGUCHI_HASH_KEY": "k" * 32, "MADOGUCHI_HASH_KEY_OLD": "k" * 32},
    ],
)
def test_bad_settings_are_a_sentence(environment: dict[str, str]) -> None:
    with pytest.raises(SettingsError):
        read_settings(environment)


@pytest.mark.parametrize(
    "found",
    [{"CHANNEL_SECRET": "short", "ACCESS_TOKEN": "t"}, {"CHANNEL_SECRET": "s" * 32}, {"ACCESS_TOKEN": "t"}],
)
def test_an_incomplete_channel_is_refused(found: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match="oyama"):
        read_channels({f"MADOGUCHI_LINE_OYAMA_{name}": value for name, value in found.items()})


def test_every_setting_is_explained() -> None:
    text = (Path(__file__).parents[2] / "deploy" / "env.example").read_text(encoding="utf-8")
    for name in type(read_settings({})).model_fields:
        assert f"MADOGUCHI_{name.upper()}" in text


def test_help_says_of_every_verb_what_the_verb_says_of_itself() -> None:
    command = get_command(app)
    assert isinstance(command, Verbs)
    for name, verb in VERBS.items():
        command.load(name)
        assert command.commands[name].help == verb.help


def test_help_and_ask_load_neither_the_web_nor_line() -> None:
    code = (
        "import sys; from deploy.cli import main\n"
        "try: main()\n"
        "finally: print([name for name in ('linebot', 'fastapi', 'sudachipy', 'sqlalchemy') if name in sys.modules])"
    )
    for words, loaded in ((["--help"], "[]"), (["ask", "--city", "oyama", "カード"], "['sudachipy', 'sqlalchemy']")):
        done = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, check=True)
        assert done.stdout.splitlines()[-1] == loaded
