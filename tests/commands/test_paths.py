"""The files that arguments and options name: standard output by any name, and names that are none."""

import click
import pytest

from mae_cli.commands.options import InputFile, OutputFile
from mae_cli.errors import Place, SettingsError


@pytest.mark.parametrize("name", ["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"])
def test_standard_output_has_many_names(name):
    assert OutputFile().convert(name, None, None) == "-"


@pytest.mark.parametrize("name", ["model.json", "./-", "/dev/fd/11", "/dev/stderr", "C:\\models\\m.json"])
def test_other_names_are_files(name):
    assert OutputFile().convert(name, None, None) == name
    assert InputFile().convert(name, None, None) == name


@pytest.mark.parametrize("kind", [InputFile, OutputFile])
def test_an_empty_name_is_that_of_no_file(kind):
    with pytest.raises(click.BadParameter, match="the name of the file is empty; is a variable of the shell not set"):
        kind().convert("", None, None)


@pytest.mark.parametrize("name", ["https://example.org/model.json", "s3://bucket/model.json"])
def test_nothing_is_written_to_a_url(name):
    with pytest.raises(SettingsError) as caught:
        OutputFile().convert(name, None, None)
    assert (caught.value.fault.code, caught.value.fault.place) == ("output-is-url", Place(name))
    assert caught.value.fault.remedy.startswith("name a local file")
