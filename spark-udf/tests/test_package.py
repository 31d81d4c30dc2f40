"""The package as it is installed: built as ``python -m build`` does, in an environment and a folder of its own."""

import json
import os
import re
import subprocess
import sys
import sysconfig
import venv
import zipfile
from email import message_from_bytes
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1]
# A reader of README needs what it names, and whoever has pyarrow alone has none of these.
OTHERS = ("pandas", "polars", "pyspark", "numpy")


def run(*command, **options):
    """Run to the end; what it says is the failure's."""
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=100, **options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel, made from the source distribution."""
    out = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "uv", "build", "--quiet", "--out-dir", out, PACKAGE)
    assert len(list(out.glob("*.tar.gz"))) == 1
    [made] = out.glob("*.whl")
    return made


class Outside:
    """A Python with the wheel, which finds its dependencies where these tests do, and an empty folder to run it in."""

    def __init__(self, folder: Path, wheel: Path):
        self.folder = folder
        self.python = folder / "env/bin/python"
        venv.create(folder / "env", symlinks=True)
        run(sys.executable, "-m", "uv", "pip", "install", "--quiet", "--no-deps", "--python", self.python, wheel)
        site = Path(self.run("-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip())
        # Behind the wheel, and without the path files in it, one of which names the checkout.
        (site / "dependencies.pth").write_text(sysconfig.get_path("purelib"))

    def run(self, *arguments):
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        return run(self.python, *arguments, cwd=self.folder, env=environment)


@pytest.fixture(scope="module")
def outside(wheel, tmp_path_factory):
    return Outside(tmp_path_factory.mktemp("outside"), wheel)


def test_a_wheel_holds_the_package_its_types_and_its_licence(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert "semtel/py.typed" in names
    assert "semtel/spark/__init__.py" in names
    metadata = next(name for name in names if name.endswith(".dist-info/METADATA"))
    top = {name.split("/")[0] for name in names}
    assert top == {"semtel", metadata.split("/")[0]}
    assert any(name.endswith("licenses/LICENSE") for name in names)
    told = message_from_bytes(zipfile.ZipFile(wheel).read(metadata))
    assert set(told.get_all("Provides-Extra")) == {"spark", "polars"}
    needed = [each for each in told.get_all("Requires-Dist") if "extra" not in each]
    assert needed == ["pyarrow>=15"]


def test_all_say_the_same_version(outside):
    said = outside.run("-c", "import importlib.metadata as m, semtel; print(semtel.__version__, m.version('semtel'))")
    assert set(said.split()) == {json.loads((PACKAGE.parent / "package.json").read_text())["version"]}


def test_it_needs_pyarrow_alone(outside):
    code = f"""
import sys
sys.modules.update(dict.fromkeys({OTHERS!r}))
import semtel
semtel.Client("localhost:1")
print(semtel.__file__)
"""
    assert outside.run("-c", code).startswith(str(outside.folder))


@pytest.mark.parametrize(("door", "library"), [("polars", "polars"), ("spark", "pyspark")])
def test_a_door_without_its_library_says_what_to_install(outside, door, library):
    code = f"""
import sys
sys.modules.update(dict.fromkeys({OTHERS!r}))
try:
    import semtel.{door}
except ModuleNotFoundError as error:
    print(error.name.split(".")[0], error)
"""
    words = f"semtel.{door} needs {library}"
    assert re.match(
        rf"{library} {words}\S*, which is not installed: pip install 'semtel\[{door}\]'\n", outside.run("-c", code)
    )


def test_the_example_in_readme_runs(outside, real_target):
    blocks = re.findall(r"```python\n(.*?)```", (PACKAGE / "README.md").read_text(), re.DOTALL)
    [example] = [block for block in blocks if "semtel.Client(" in block]
    assert '"localhost:8815"' in example
    marked = example.replace('"localhost:8815"', repr(real_target)).replace("sourdough", "sourdough [[topic=Food]]")
    assert outside.run("-c", marked) == "c1 ok Food\n"


def test_strict_type_checkers_see_its_types(outside):
    program = outside.folder / "program.py"
    program.write_text(
        "import semtel\n"
        "import semtel.spark\n\n"
        'client = semtel.Client("localhost:8815", timeout_s=60)\n'
        'answers = client.classify([], ["topic"], id="id")\n'
        "reveal_type(client.settings.timeout_s)\n"
        "semtel.Client(8815)\n"
    )
    command = [sys.executable, "-m", "mypy", "--strict", "--python-executable", outside.python, program.name]
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, cwd=outside.folder)
    notes, errors = ([line for line in done.stdout.splitlines() if f": {kind}:" in line] for kind in ("note", "error"))
    assert next(note for note in notes if "Revealed" in note).endswith('"float"'), done.stdout
    assert len(errors) == 1, done.stdout
    assert re.search(r'program\.py:7: error: Argument 1 to "Client" has incompatible type "int"', errors[0])
