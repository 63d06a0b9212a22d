from tests.functional.folders import bench, HOSTED
from tests.conftest import *

OWN = HOSTED + '[dkim]\nmethod = "own_key"\n'
out = open("/tmp/ok/out", "w")


def test_x(cli, tmp_path):
    made = bench(cli, tmp_path / "config", prod=OWN)

    def go(*a):
        out.write("$ " + " ".join(a) + "\n")
        r = made(*a)
        out.write(r.stdout + "--err--\n" + r.stderr + f"=> {r.status}\n\n")
        out.flush()
        return r

    go("plan", "--env", "prod")
    go("apply", "--env", "prod", "--yes")
    go("apply", "--env", "prod", "--yes")
    go("dns", "--env", "prod")
    go("dkim-status", "--env", "prod", "--wait")
    go("checklist", "--env", "prod")
    go("dkim", "rotate", "--env", "prod", "--yes")
    made.local.clock.advance(86400 * 200)
    go("dkim", "rotate", "--env", "prod", "--yes")
    go("plan", "--env", "prod")
    go("dkim", "tidy", "--env", "prod", "--yes")
    made.local.clock.advance(86400 * 8)
    go("dkim", "tidy", "--env", "prod", "--yes")
    go("plan", "--env", "prod")
    go("destroy", "--env", "prod", "--yes", "--confirm-env", "prod")
