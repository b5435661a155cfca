"""Secrets that people paste where a name belongs. All are made up."""

# Made up, each of them.
PASTED = [
    "-----BEGIN PRIVATE " + "KEY-----",
    '{"type": "service_account", "private_key": "x"}',
    "AKIA" + "ABCDEFGHIJKLMNOP",
    "ASIA" + "ABCDEFGHIJKLMNOP",
    "wJalrXUtnFEMI/K7MDENG/" + "bPxRfiCYexampleKEY",
    "key=wJalrXUtnFEMIxK7MDENGx" + "bPxRfiCYexampleKEY",
    "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/" + "K1SZFPTOtr/KBHBeksoGMGw==",
    "https://a.example/c?sv=2024&sig=abc%3D",
    "https://b.example/o?X-Amz-Signature=0123abcd",
    "GOOG1E" + "ABCDEFGHIJKLMNOPQRST",
    "ya29." + "a0Af_x",
    "ghp_" + "a1" * 18,
    "github_pat_" + "a1" * 20,
    "eyJhbGciOiJIUzI1NiJ9." + "eyJzdWIiOiIxIn0xx.c2lnbmF0dXJl",
    "AGE-SECRET-KEY-1" + "QPZRY9X8",
    "postgres://anna:hush@db:5432/x",
    "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=aGVq",
]
