"""The pages of the service, for people who do not use a terminal: a form, and what came of it, made on this side.

They hold no rule: a page calls what a command calls, and shows the report that a command shows. `desk` is what pages share,
`visits` knows who asks and what was computed for them, and a module stands for each place of the navigation.
"""

from mpj.service.pages.site import add_pages

__all__ = ["add_pages"]
