"""Where this installation keeps the files of citizens: a folder, or a bucket, by its settings."""

from urllib.parse import urlsplit

from bot.errors import ConfigError
from bot.settings import Settings
from storage.files import FileStore, LocalFolder
from storage.moving import TwoStores


def file_store(settings: Settings) -> FileStore:
    """The store; with a bucket the folder as well, as long as something is left in it. ConfigError."""
    folder = LocalFolder(settings.media_folder)
    if not settings.media_bucket:
        return folder
    bucket = bucket_of(settings)
    return TwoStores(bucket, folder) if any(folder.keys()) else bucket


def bucket_of(settings: Settings) -> FileStore:
    """The bucket alone. ConfigError where the settings cannot be meant so."""
    if problems := _problems(settings):
        raise ConfigError(problems)
    # Here, so that who has a folder does not load the library, which is large.
    from storage.bucket import Access, Bucket

    return Bucket(
        Access(
            bucket=settings.media_bucket,
            url=settings.media_bucket_url.rstrip("/"),
            region=settings.media_bucket_region,
            prefix=settings.media_bucket_prefix,
            access_key=settings.media_bucket_access_key,
            secret_key=settings.media_bucket_secret_key,
            path_style=settings.media_bucket_style == "path",
            encryption=settings.media_bucket_encryption,
            timeout_s=settings.media_bucket_timeout_s,
        )
    )


def _problems(settings: Settings) -> list[str]:
    found, url = [], urlsplit(settings.media_bucket_url)
    if settings.media_bucket_url and not (url.scheme in ("http", "https") and url.hostname and not url.query):
        found.append("MEDIA_BUCKET_URL: write it as https://s3.example.go.id, without the bucket's name.")
    if bool(settings.media_bucket_access_key) != bool(settings.media_bucket_secret_key):
        found.append("MEDIA_BUCKET_ACCESS_KEY and MEDIA_BUCKET_SECRET_KEY go together; set both or neither.")
    return found
