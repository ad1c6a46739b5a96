"""What click's completion leaves to be done for values with commas, blanks and equals signs, shell by shell."""

import os
import re
from typing import ClassVar

import click
from click.shell_completion import BashComplete, CompletionItem, FishComplete, ShellComplete, ZshComplete
from click.shell_completion import add_completion_class as add

# What bash would act on in a word without quotes; a colon or an equals sign would begin a new word.
_SPECIAL = re.compile(r"([^\w,./%+@-])")
_LONG_OPTION = re.compile(r"--[\w-]+=")


class Bash(BashComplete):
    """Completion for bash: values are escaped as the word that is being typed needs it."""

    name: ClassVar[str] = "bash"

    def get_completion_args(self) -> tuple[list[str], str]:
        """The words before the cursor and the one that is begun, without the `=` that bash makes a word of its own."""
        words, incomplete = super().get_completion_args()
        if len(words) > 1 and words[-1] == "=" and words[-2].startswith("--"):
            return words[:-1], incomplete
        return words, incomplete

    def format_completion(self, item: CompletionItem) -> str:
        """A completion for a word that is begun in quotes as it is, and otherwise with escapes."""
        if item.type == "plain":
            value = item.value if self._is_quoted() else _SPECIAL.sub(r"\\\1", item.value)
            item = CompletionItem(value.replace("\\", r"\\"))  # the script's `read` takes one level off
        return super().format_completion(item)

    @staticmethod
    def _is_quoted() -> bool:
        words = os.environ["COMP_WORDS"].split("\n")  # as the script of click joins them
        position = int(os.environ["COMP_CWORD"])
        return position < len(words) and words[position].startswith(("'", '"'))


class _WholeWord(ShellComplete):
    """Completion for shells to which `--option=value` is one word: the completion begins with the option, too."""

    def get_completions(self, args: list[str], incomplete: str) -> list[CompletionItem]:
        """The completions of the value, behind its option."""
        items = super().get_completions(args, incomplete)
        option = _LONG_OPTION.match(incomplete)
        if option is None:
            return items
        return [CompletionItem(option[0] + item.value, item.type, item.help) for item in items]


class Zsh(_WholeWord, ZshComplete):
    """Completion for zsh."""

    name: ClassVar[str] = "zsh"


class Fish(_WholeWord, FishComplete):
    """Completion for fish: a value is everything after the first comma, not the next field."""

    name: ClassVar[str] = "fish"
    source_template: ClassVar[str] = FishComplete.source_template.replace('string split ","', 'string split -m 1 ","')


_SHELLS: dict[str, type[ShellComplete]] = {shell.name: shell for shell in (Bash, Zsh, Fish)}
_COMMANDS = ("mae-train", "mae-eval", "mae-predict")


def install() -> None:
    """Let click use these."""
    for shell in _SHELLS.values():
        add(shell)


def script(shell: str) -> str:
    """What a shell runs to complete all commands from then on."""
    return "\n".join(
        _SHELLS[shell](click.Command(name), {}, name, f"_{name.replace('-', '_').upper()}_COMPLETE").source()
        for name in _COMMANDS
    )


def _print_script(ctx: click.Context, _param: click.Parameter, shell: str | None) -> None:
    if shell is not None and not ctx.resilient_parsing:
        click.echo(script(shell))
        ctx.exit()


completion_option = click.option(
    "--completion",
    type=click.Choice(list(_SHELLS)),
    is_eager=True,
    expose_value=False,
    callback=_print_script,
    help="Print what lets this shell complete all three commands, and exit.",
)
