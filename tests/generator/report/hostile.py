"""A text that would run in a browser that takes it for a part of the page."""

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(1)>\"'&{{ 7*7 }}"
