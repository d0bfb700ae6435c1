"""Rule codes as users write them, and what they may have meant."""

from __future__ import annotations

from effilint.analyzer.extras import MissingExtraError, ModelError
from effilint.detectors.static import UnknownCodeError, select_codes
from effilint.job import linter_for
from effilint.outcome import Selection


def complaint(selection: Selection) -> str:
    """Return one line on what is wrong with `selection`, a code or the model; "" if nothing."""
    try:
        linter_for(selection)
    except UnknownCodeError:
        pass
    except (ModelError, MissingExtraError) as error:
        return str(error)
    else:
        return ""
    codes = (
        *(selection.select or ()),
        *selection.ignore,
        *selection.extend_select,
        *selection.file_ignores,
    )
    return next(text for text in map(_complaint, codes) if text)


def suggestion(code: str) -> str:
    """Return ", did you mean `DST101`?" with the code nearest to this one, or nothing."""
    from effilint.rules import all_rules
    from effilint.settings import closest

    selectors = [code[:length] for code in all_rules() for length in (6, 4, 3)]
    return closest(code.upper(), selectors)


def _complaint(code: str) -> str:
    try:
        select_codes([code])
    except UnknownCodeError as error:
        return f"{error}{suggestion(code)}"
    return ""
