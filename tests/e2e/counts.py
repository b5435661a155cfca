"""What the tests count on the restored server."""

from tests.e2e.sample import NODES

COUNTS = "MATCH (p:Person) RETURN count(p) AS nodes, sum(CASE p.name WHEN 'person ' + p.id THEN 1 END) AS named"

AS_IN_THE_BACKUP = [{"nodes": NODES, "named": NODES}]

LATER = "MATCH (l:Later) RETURN count(l) AS nodes"
