"""Files that somebody posts. No form has one, so none is taken: strangers would fill the disk with them."""

from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.core.files.uploadhandler import FileUploadHandler


class NoFiles(FileUploadHandler):
    """Refuses a form with a file in it, before the file is read."""

    def new_file(self, *args: Any, **options: Any) -> None:
        raise SuspiciousOperation("a file was posted")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None
