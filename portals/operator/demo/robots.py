"""The chat groups of the demo: nothing is sent there, but what would be stands in the demo's mailbox."""

from notifications.robots import Setting, add_robot
from portals.operator.demo.setup import Site

KEY, SECRET = "00000000-demo-demo-demo-000000000000", "SECdemo"


def write_robots(site: Site) -> None:
    wecom = f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={KEY}"
    dingtalk = f"https://oapi.dingtalk.com/robot/send?access_token={KEY}"
    add_robot(Setting("wecom", "全厂安全群", wecom), by=None)
    add_robot(Setting("dingtalk", "冲压车间群", dingtalk, SECRET, site.departments["stamping"]), by=None)
