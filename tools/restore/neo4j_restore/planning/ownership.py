"""Whether the volume is a copy of another one, by the name of the volume in its receipt.

A pod learns no id of its claim from Kubernetes without rights on the API, so the name is what VOLUME_ID says.
"""

from neo4j_restore.errors import TargetOccupiedError
from neo4j_restore.policies import OnForeignVolume
from neo4j_restore.request import Request
from neo4j_restore.settings import Policy
from neo4j_restore.volume.receipt import Receipt
from neo4j_restore.volume.state import ReceiptUse


def origin(request: Request, receipt: Receipt) -> str:
    """Return the volume of which this one is a copy. Empty if there is none, or if it is not known."""
    volume = receipt.last.get("volume") or ""
    return str(volume) if volume and request.volume_id and volume != request.volume_id else ""


def receipt_use(request: Request, policy: Policy) -> ReceiptUse:
    """Return what the receipt is for: it decides whether the volume may be used, is good for a warning, or neither."""
    if not request.volume_id:
        return ReceiptUse.NONE
    return ReceiptUse.DECIDES if policy.on_foreign_volume is OnForeignVolume.FAIL else ReceiptUse.WARNS


def refuse_foreign(request: Request, policy: Policy, receipt: Receipt) -> None:
    """Raise TargetOccupiedError for a copy of another volume, if ON_FOREIGN_VOLUME is `fail`."""
    source = origin(request, receipt)
    if source and policy.on_foreign_volume is OnForeignVolume.FAIL:
        message = f"the data at {request.data_dir} is of the volume {source}, expected {request.volume_id}"
        hint = f"mount the volume {request.volume_id}, or set ON_FOREIGN_VOLUME=keep to start on this data"
        raise TargetOccupiedError(message, hint=hint)


def warning(request: Request, receipt: Receipt) -> str:
    """Return the warning about a copy of another volume. Empty for any other volume."""
    source = origin(request, receipt)
    if not source:
        return ""
    return (
        f"the data at {request.data_dir} is a copy of the volume {source}, and this volume is {request.volume_id}. "
        "Requests that were fulfilled there count as fulfilled here. To restore, set a new RESTORE_ID"
    )
