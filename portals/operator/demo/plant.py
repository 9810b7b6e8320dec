"""Where things stand: departments, areas, machines and teams of a metal-working factory in East China."""

from dataclasses import dataclass

SLUG = "demo"
NAME = "华东某金属加工企业"
PACK = "metal-working"


@dataclass(frozen=True)
class Words:
    zh: str
    en: str

    def as_json(self) -> dict[str, str]:
        return {"zh": self.zh, "en": self.en}


@dataclass(frozen=True)
class Place:
    """A department: a workshop, or an office with its sections below it."""

    code: str
    name: Words
    kind: str
    parent: str | None = None


@dataclass(frozen=True)
class Ground:
    """An area; the high-risk ones carry a QR label at their door."""

    code: str
    department: str
    is_high_risk: bool = True
    is_ex: bool = False
    name: Words | None = None  # where the pack's own name is not the one painted on the wall


@dataclass(frozen=True)
class Crew:
    code: str
    name: Words
    department: str
    size: int
    job_role: str | None
    role: str = "worker"


@dataclass(frozen=True)
class Machine:
    code: str
    name: Words
    type: str
    model: str
    area: str
    crew: str
    colour: str


DEPARTMENTS = (
    Place("stamping", Words("冲压车间", "Press workshop"), "workshop"),
    Place("machining", Words("机加车间", "Machining workshop"), "workshop"),
    Place("welding", Words("焊接车间", "Welding workshop"), "workshop"),
    Place("painting", Words("喷涂车间", "Paint workshop"), "workshop"),
    Place("assembly", Words("装配车间", "Assembly workshop"), "workshop"),
    Place("stores", Words("仓库", "Stores"), "workshop"),
    Place("power", Words("动力站", "Power station"), "workshop"),
    Place("office", Words("办公", "Offices"), "office"),
    Place("safety", Words("安全科", "Safety department"), "office", "office"),
    Place("equipment", Words("设备科", "Equipment department"), "office", "office"),
    Place("administration", Words("人事行政科", "Personnel and administration"), "office", "office"),
)

AREAS = (
    Ground("paint-shop", "painting", is_ex=True),
    Ground("paint-store", "stores", is_ex=True),
    Ground("switch-room", "power"),
    Ground("compressor-station", "power"),
    Ground("weld-area", "welding"),
    Ground("grinding-dust", "machining", is_ex=True),
    Ground("crane-area", "stores"),
    Ground("hazwaste-store", "stores"),
    Ground("press-shop", "stamping", is_high_risk=False, name=Words("冲压车间 A 区", "Press workshop, bay A")),
    Ground("machine-shop", "machining", is_high_risk=False, name=Words("机加车间 A 区", "Machining workshop, bay A")),
)


def _crews(code: str, zh: str, en: str, department: str, job_role: str | None, count: int, size: int) -> list[Crew]:
    return [
        Crew(f"{code}-{number}", Words(f"{zh}{digit}班", f"{en} team {number}"), department, size, job_role)
        for number, digit in enumerate("一二三四五"[:count], 1)
    ]


CREWS = (
    *_crews("press", "冲压", "Press", "stamping", "press-operator", 5, 22),
    Crew("dies", Words("模具组", "Die makers"), "stamping", 18, "machinist"),
    *_crews("machine", "机加", "Machining", "machining", "machinist", 4, 22),
    Crew("grinders", Words("打磨组", "Grinders"), "machining", 20, "grinder-hand"),
    Crew("tooling", Words("工装组", "Tooling"), "machining", 10, "machinist"),
    *_crews("weld", "焊接", "Welding", "welding", "welder", 3, 26),
    Crew("laser", Words("激光班", "Laser cutters"), "welding", 16, "machinist"),
    *_crews("paint", "喷涂", "Paint", "painting", "painter", 2, 22),
    Crew("pretreatment", Words("前处理组", "Pretreatment"), "painting", 15, "painter"),
    *_crews("assembly", "装配", "Assembly", "assembly", None, 5, 22),
    Crew("quality", Words("质检组", "Quality checkers"), "assembly", 8, None),
    Crew("storekeepers", Words("仓储组", "Storekeepers"), "stores", 18, "storekeeper"),
    Crew("forklifts", Words("叉车组", "Forklift drivers"), "stores", 12, "forklift-driver"),
    Crew("cranes", Words("行车组", "Crane drivers"), "stores", 9, "crane-driver"),
    Crew("electricians", Words("电工班", "Electricians"), "power", 11, "electrician", "maintenance"),
    Crew("compressors", Words("空压站组", "Compressor crew"), "power", 8, "electrician"),
    Crew(
        "maintenance",
        Words("设备科·维修组", "Equipment dept., maintenance"),
        "equipment",
        16,
        "machinist",
        "maintenance",
    ),
    Crew("equipment", Words("设备科", "Equipment dept."), "equipment", 6, None, "maintenance"),
    Crew("safety", Words("安全科", "Safety dept."), "safety", 5, None, "safety_officer"),
    Crew("gate", Words("门岗", "Gate"), "administration", 8, None, "guard"),
    Crew("planning", Words("生产计划组", "Production planning"), "office", 10, None),
    Crew("personnel", Words("人事行政组", "Personnel"), "administration", 14, None),
)

# category of the pack -> the crew that its hazards go to; without one, the workshop concerned fixes it.
ROUTES = {
    "machine-guarding": "maintenance",
    "electrical": "electricians",
    "fire-equipment": "safety",
    "special-equipment": "equipment",
    "pressure-gas": "equipment",
    "chemicals": "storekeepers",
    "dust": "equipment",
    "coating-vent": "paint-1",
    "confined-space": "safety",
    "management": "safety",
    "contractor": "safety",
}

# code prefix, names, type, model, area, colour, the crew of each machine
_PARK = (
    ("CY", "冲压机", "press", "press", "JH21-110", "press-shop", "orange",
     ("press-1", "press-1", "press-2", "press-2", "press-3", "press-3")),
    ("YY", "液压机", "hydraulic press", "hydraulic-press", "YQ32-315", "press-shop", "orange", ("press-4",) * 2),
    ("JB", "剪板机", "plate shear", "shear", "QC12Y-8×3200", "press-shop", "orange", ("press-5",) * 2),
    ("ZW", "折弯机", "press brake", "press-brake", "WC67Y-160", "press-shop", "orange", ("press-4", "press-5", "press-5")),
    ("SC", "数控车床", "CNC lathe", "cnc-lathe", "CK6150", "machine-shop", "yellow", ("machine-1", "machine-1", "machine-2")),
    ("JG", "加工中心", "machining centre", "machining-centre", "VMC850", "machine-shop", "yellow", ("machine-3", "machine-4")),
    ("HR", "焊接机器人", "welding robot", "weld-robot", "KR 8", "weld-area", "yellow", ("weld-1",)),
    ("HJ", "电焊机", "arc welder", "arc-welder", "NBC-500", "weld-area", "orange", ("weld-2", "weld-3")),
    ("JQ", "激光切割机", "laser cutter", "laser-cutter", "G3015", "weld-area", "yellow", ("laser",)),
    ("XC", "桥式起重机", "bridge crane", "bridge-crane", "QD 10t", "crane-area", "orange", ("cranes",) * 2),
    ("CC", "叉车", "forklift", "forklift", "CPCD30", "crane-area", "orange", ("forklifts",) * 2),
    ("KY", "空压机储气罐", "air compressor", "air-compressor", "GA37 + 2 m³", "compressor-station", "yellow", ("compressors",)),
    ("PT", "喷涂线", "painting line", "paint-line", "PT-40", "paint-shop", "red", ("paint-1",)),
)  # fmt: skip


def machines() -> list[Machine]:
    """All 28, numbered per kind as painted on them."""
    return [
        Machine(
            f"A-{prefix}-{number:03}",
            Words(f"{number} 号{zh}", f"{en[0].upper() + en[1:]} no. {number}")
            if len(crews) > 1
            else Words(zh, en[0].upper() + en[1:]),
            kind,
            model,
            area,
            crew,
            colour,
        )
        for prefix, zh, en, kind, model, area, colour, crews in _PARK
        for number, crew in enumerate(crews, 1)
    ]


STORY_MACHINE = "A-CY-002"
