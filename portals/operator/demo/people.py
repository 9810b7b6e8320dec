"""Who works there: 650 people with names as one meets them, and four guests from outside."""

import datetime
import random
from dataclasses import dataclass, field

from people.permissions import Role
from portals.operator.demo.plant import CREWS, Crew

HISTORY_DAYS = 730

# Surnames about as common as in the census; each letter of the second part stands for a rarer one.
_SURNAMES = "王王王王李李李李张张张张刘刘刘陈陈陈杨杨赵赵黄黄周周吴吴徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严武戴莫孔向汤"
_OLDER_MEN = [
    "建国",
    "建华",
    "建军",
    "国强",
    "国平",
    "卫东",
    "卫国",
    "志强",
    "志明",
    "志刚",
    "永福",
    "永强",
    "长海",
    "长林",
    "德胜",
    "德明",
    "大勇",
    "春生",
    "根生",
    "金宝",
    "金龙",
    "庆生",
    "树林",
    "铁军",
    "文斌",
    "小军",
    "新民",
    "学军",
    "玉林",
    "正华",
    "忠诚",
    "宝山",
    "福贵",
    "光明",
    "海涛",
    "和平",
    "红兵",
    "家旺",
    "立新",
    "明亮",
    "荣华",
    "少华",
    "世杰",
    "守义",
    "双喜",
    "兴旺",
]
_OLDER_WOMEN = [
    "桂英",
    "秀英",
    "秀兰",
    "玉兰",
    "玉梅",
    "春梅",
    "春花",
    "红梅",
    "丽华",
    "丽萍",
    "美华",
    "淑芬",
    "淑珍",
    "小红",
    "小燕",
    "月华",
    "爱华",
    "翠兰",
    "桂芳",
    "海燕",
    "金凤",
    "兰英",
    "素珍",
    "亚琴",
    "玉珍",
    "凤霞",
    "惠芳",
    "巧云",
]
_YOUNGER_MEN = [
    "浩",
    "鑫",
    "伟",
    "磊",
    "涛",
    "超",
    "鹏",
    "杰",
    "俊",
    "凯",
    "斌",
    "宇航",
    "浩然",
    "子豪",
    "俊杰",
    "嘉伟",
    "明轩",
    "天宇",
    "文博",
    "晓东",
    "志远",
    "一鸣",
    "泽宇",
    "振宇",
    "家豪",
    "建波",
    "江涛",
    "少杰",
    "思源",
    "永康",
    "国栋",
    "海波",
    "金鹏",
    "立伟",
    "荣飞",
    "世豪",
    "绍峰",
    "小龙",
    "彦斌",
    "云飞",
]
_YOUNGER_WOMEN = [
    "静",
    "婷",
    "敏",
    "洁",
    "颖",
    "雪",
    "丹",
    "倩",
    "慧",
    "晓燕",
    "佳怡",
    "梦婷",
    "思雨",
    "雅婷",
    "雨欣",
    "欣怡",
    "丽娜",
    "海霞",
    "金花",
    "文静",
    "小芳",
    "晓琳",
    "艳红",
    "玉洁",
    "佳佳",
    "晶晶",
    "莉莉",
    "露露",
    "婷婷",
    "园园",
]


@dataclass(frozen=True)
class Grant:
    role: Role
    department: str | None = None


@dataclass
class Person:
    name: str
    department: str | None
    crew: str | None = None
    job_role: str | None = None
    hired_on: datetime.date | None = None
    phone: str = ""
    employee_no: str | None = None
    is_leader: bool = False
    grants: list[Grant] = field(default_factory=list)

    def tenure(self, day: datetime.date) -> int:
        """Days since the first one, which is day 1; below 1 the person was not there yet."""
        return (day - self.hired_on).days + 1 if self.hired_on else 0


# Accounts to show the product with, one per role: name, crew or department, role, where it counts.
STORY: tuple[tuple[str, str, Role, str | None], ...] = (
    ("王建国", "press-1", Role.WORKER, None),
    ("李卫东", "press-1", Role.TEAM_LEADER, "stamping"),
    ("马国平", "stamping", Role.WORKSHOP_HEAD, "stamping"),
    ("周敏", "safety", Role.SAFETY_OFFICER, None),
    ("赵国庆", "office", Role.LEADER, None),
    ("钱立群", "office", Role.HEAD, None),
    ("陈志强", "maintenance", Role.MAINTENANCE, None),
    ("林晓燕", "administration", Role.TRAINER, None),
    ("刘洋", "administration", Role.ADMIN, None),
    ("何大勇", "gate", Role.GUARD, None),
    ("吴俊峰", "", Role.SUPPLIER, None),
    ("郭永福", "", Role.CONTRACTOR_ADMIN, None),
    ("田小龙", "", Role.CONTRACTOR_WORKER, None),
    ("沈慧", "", Role.INSPECTOR, None),
)
# Heads of departments and others without a crew; None is a name from the lists.
_DESKS: tuple[tuple[str | None, str, Role], ...] = (
    ("马国平", "stamping", Role.WORKSHOP_HEAD),
    (None, "stamping", Role.WORKSHOP_HEAD),
    (None, "machining", Role.WORKSHOP_HEAD),
    (None, "machining", Role.WORKSHOP_HEAD),
    (None, "welding", Role.WORKSHOP_HEAD),
    (None, "painting", Role.WORKSHOP_HEAD),
    (None, "assembly", Role.WORKSHOP_HEAD),
    (None, "assembly", Role.WORKSHOP_HEAD),
    (None, "stores", Role.WORKSHOP_HEAD),
    (None, "power", Role.WORKSHOP_HEAD),
    ("孙立", "equipment", Role.WORKSHOP_HEAD),
    ("钱立群", "office", Role.HEAD),
    ("赵国庆", "office", Role.LEADER),
    (None, "office", Role.LEADER),
    ("林晓燕", "administration", Role.TRAINER),
    ("刘洋", "administration", Role.ADMIN),
)
_FIRST_OF_CREW = {
    "press-1": "李卫东",
    "storekeepers": "张勇",
    "safety": "周敏",
    "gate": "何大勇",
    "maintenance": "陈志强",
}
_SECOND_OF_CREW = {"press-1": "王建国"}
_EVERYWHERE = {Role.LEADER, Role.HEAD, Role.TRAINER, Role.ADMIN}


def make_people(today: datetime.date, rng: random.Random) -> list[Person]:
    """The 650 in the order of their employee numbers, then the guests, who have none."""
    names = _Names(rng)
    people = [_at_desk(name or names.next(), department, role) for name, department, role in _DESKS]
    for crew in CREWS:
        people += _crew(crew, names)
    for number, person in enumerate(people, 1):
        person.employee_no = f"HD{number:04}"
        person.phone = f"1390000{number:04}"
        person.hired_on = _hired_on(person, today, rng)
    people += [Person(name, None, grants=[Grant(role)]) for name, where, role, _at in STORY if not where]
    _give_easy_phones(people)
    return people


def _at_desk(name: str, department: str, role: Role) -> Person:
    grant = Grant(role, None if role in _EVERYWHERE else department)
    return Person(name, department, grants=[grant])


def _crew(crew: Crew, names: "_Names") -> list[Person]:
    """The leader first; a crew of workers is led by a team leader of its department."""
    people = []
    for position in range(crew.size):
        fixed = (_FIRST_OF_CREW, _SECOND_OF_CREW)[position].get(crew.code) if position < 2 else None
        person = Person(
            fixed or names.next(), crew.department, crew.code, crew.job_role, grants=[Grant(Role(crew.role))]
        )
        people.append(person)
    leader = people[0]
    leader.is_leader = True
    if crew.role == Role.WORKER:
        leader.job_role = "team-leader"
        leader.grants = [Grant(Role.TEAM_LEADER, crew.department)]
    return people


def _hired_on(person: Person, today: datetime.date, rng: random.Random) -> datetime.date:
    """Four in ten of the shop floor came within the two years; leaders and desks were there before."""
    is_settled = person.is_leader or person.crew is None or person.name in {name for name, *_rest in STORY}
    if not is_settled and rng.random() < 0.4:
        return today - datetime.timedelta(days=rng.randint(3, HISTORY_DAYS))
    return today - datetime.timedelta(days=HISTORY_DAYS + 30 + int(rng.triangular(0, 8000, 900)))


def _give_easy_phones(people: list[Person]) -> None:
    by_name = {person.name: person for person in people}
    for number, (name, *_rest) in enumerate(STORY, 1):
        by_name[name].phone = f"138000000{number:02}"


class _Names:
    """Names that nobody else in the factory has, as many older as younger ones."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.given = {name for name, *_rest in STORY} | {"孙立", "张勇"}

    def next(self) -> str:
        while True:
            lists = (_OLDER_MEN, _YOUNGER_MEN) if self.rng.random() < 0.72 else (_OLDER_WOMEN, _YOUNGER_WOMEN)
            name = self.rng.choice(_SURNAMES) + self.rng.choice(self.rng.choice(lists))
            if name not in self.given:
                self.given.add(name)
                return name
