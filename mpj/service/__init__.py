"""mpj over HTTP, for one organisation: the functions of the library for systems that are not written in Python (docs/service.md).

It holds no rule. `door` lets in what may come in, and `gate` who may, as far as their role goes (`users`, `logins`, `roles`);
`forms` reads what a request brought, `uploads` puts its files into a folder of their own, the modules named after a function read
them and call it (`operations` is their table; `ledgering` is that of an `office` with a ledger), `work` has it done and `tasks`
remembers an outcome for a while, `problems` says what went wrong, and `app` ties them together. Needs the extra `service`.
"""

from mpj.reading.extras import need

need("mpj.service", "service", "fastapi", "uvicorn", "python_multipart", "jinja2", "sqlalchemy", "alembic", "lxml", "xlsxwriter")

from mpj.service.app import make_app
from mpj.service.office import Office
from mpj.service.server import serve
from mpj.service.users import Users

__all__ = ["Office", "Users", "make_app", "serve"]
