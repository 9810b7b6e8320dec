"""The one table of who may do what. Seeing is visible_to() on each model; doing is user.can()."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    WORKER = "worker", _("Worker")
    TEAM_LEADER = "team_leader", _("Team leader")
    WORKSHOP_HEAD = "workshop_head", _("Workshop head")
    SAFETY_OFFICER = "safety_officer", _("Safety officer")
    LEADER = "leader", _("Leader in charge")
    HEAD = "head", _("Head of the factory")
    MAINTENANCE = "maintenance", _("Maintenance")
    TRAINER = "trainer", _("Training officer")
    ADMIN = "admin", _("Administrator")
    SUPPLIER = "supplier", _("Supplier")
    CONTRACTOR_ADMIN = "contractor_admin", _("Contractor administrator")
    CONTRACTOR_WORKER = "contractor_worker", _("Contractor worker")
    GUARD = "guard", _("Gate guard")
    INSPECTOR = "inspector", _("Inspection team (read only)")
    OUTSIDER = "outsider", _("Helper from outside")


PARTNER_ROLES = frozenset({Role.SUPPLIER, Role.CONTRACTOR_ADMIN, Role.CONTRACTOR_WORKER, Role.OUTSIDER})
SHOP_FLOOR = frozenset({Role.WORKER, Role.TEAM_LEADER, Role.WORKSHOP_HEAD, Role.MAINTENANCE})
_LEADERS = {Role.LEADER, Role.HEAD}
_OFFICE = {Role.SAFETY_OFFICER, Role.ADMIN}
_EVERYBODY = set(Role)

PERMISSIONS: dict[str, frozenset[str]] = {
    permission: frozenset(roles)
    for permission, roles in {
        # the desk
        "console.open": _OFFICE | _LEADERS | {Role.TEAM_LEADER, Role.WORKSHOP_HEAD, Role.TRAINER, Role.INSPECTOR},
        # people and plant
        "people.view": _OFFICE | _LEADERS | {Role.WORKSHOP_HEAD, Role.TRAINER, Role.INSPECTOR},
        "people.manage": {Role.ADMIN},
        "people.kiosks": _OFFICE,
        # Opens so much that a second factor is offered, and may be asked of everybody who holds it.
        "people.second_factor": _OFFICE | _LEADERS,
        "people.lend": _OFFICE,
        # Who is on duty when: the heads of workshops for their own.
        "people.roster": _OFFICE | {Role.WORKSHOP_HEAD},
        "facilities.manage": _OFFICE,
        "qr.manage": _OFFICE,
        # inspections
        "inspections.run": SHOP_FLOOR | {Role.SAFETY_OFFICER},
        "inspections.view": _OFFICE | _LEADERS | {Role.TEAM_LEADER, Role.WORKSHOP_HEAD, Role.INSPECTOR},
        "inspections.plan": _OFFICE,
        "inspections.design": _OFFICE,
        "inspections.pause": SHOP_FLOOR | {Role.SAFETY_OFFICER},
        "inspections.approve_pause": {Role.SAFETY_OFFICER, Role.WORKSHOP_HEAD},
        "inspections.nudge": {Role.TEAM_LEADER, Role.WORKSHOP_HEAD, Role.SAFETY_OFFICER},
        # Private: what a team leader talks about with the people of the own team, and nobody else reads. Whom no team
        # leader can ask, a team leader above all, is the safety officer's.
        "inspections.see_doubts": {Role.TEAM_LEADER, Role.SAFETY_OFFICER},
        "inspections.see_doubts_of_leaderless": {Role.SAFETY_OFFICER},
        # industry packs and templates: taken over, updated, taken out, published
        "market.manage": _OFFICE,
        # past records that were brought along, and what is found in all of them
        "past.view": _OFFICE | _LEADERS | {Role.INSPECTOR},
        "past.manage": _OFFICE,
        "insight.patterns": _OFFICE | _LEADERS | {Role.INSPECTOR},
        "insight.search": _OFFICE | _LEADERS,
        # Changes plans, limits of sensors and courses at once, because of a pattern.
        "insight.act": {Role.SAFETY_OFFICER},
        # packs of evidence for audits, and opening them to inspectors
        "insight.evidence": _OFFICE | _LEADERS,
        # the dashboard, what the factory wants of its figures, and the reports that are written of them
        "insight.dashboard": _OFFICE | _LEADERS | {Role.TEAM_LEADER, Role.WORKSHOP_HEAD, Role.INSPECTOR},
        "insight.set_targets": {Role.SAFETY_OFFICER} | _LEADERS,
        "insight.reports": _OFFICE | _LEADERS | {Role.INSPECTOR},
        "insight.order_report": _OFFICE | _LEADERS,
        # hazards: the closed loop
        "hazards.report": _EVERYBODY - {Role.INSPECTOR, Role.OUTSIDER},
        # From special checks and outside authorities, at the desk; old lists from Excel.
        "hazards.record": {Role.SAFETY_OFFICER, Role.WORKSHOP_HEAD} | _LEADERS,
        "hazards.import": _OFFICE,
        # Who may see a hazard may say something about it.
        "hazards.comment": _EVERYBODY - {Role.INSPECTOR},
        # The thread with somebody who reported without a name: few read it, for words tell who wrote them.
        "hazards.answer_tip": {Role.SAFETY_OFFICER} | _LEADERS,
        "hazards.view": _OFFICE | _LEADERS | {Role.TEAM_LEADER, Role.WORKSHOP_HEAD, Role.INSPECTOR},
        "hazards.confirm": {Role.SAFETY_OFFICER},
        "hazards.assign": {Role.SAFETY_OFFICER, Role.WORKSHOP_HEAD},
        "hazards.rectify": SHOP_FLOOR | {Role.SAFETY_OFFICER, Role.OUTSIDER, Role.SUPPLIER},
        # The head stands in where the workshop's only team leader fixed it.
        "hazards.review_first": {Role.TEAM_LEADER, Role.WORKSHOP_HEAD},
        "hazards.review_second": {Role.SAFETY_OFFICER},
        "hazards.review_final": {Role.LEADER},
        "hazards.review_head": {Role.HEAD},
        # What the law asks for a major hazard: written by the officer, approved by two leaders before work begins.
        "hazards.write_plan": {Role.SAFETY_OFFICER},
        "hazards.approve_plan": {Role.LEADER},
        "hazards.approve_plan_last": {Role.HEAD},
        "hazards.change_level": {Role.SAFETY_OFFICER},
        "hazards.lower_major": _LEADERS,
        "hazards.set_policy": {Role.SAFETY_OFFICER},
        "hazards.invite": {Role.SAFETY_OFFICER, Role.WORKSHOP_HEAD} | _LEADERS,
        "hazards.open_group": {Role.SAFETY_OFFICER, Role.WORKSHOP_HEAD} | _LEADERS,
        "hazards.lock": {Role.SAFETY_OFFICER},
        "hazards.publish": {Role.SAFETY_OFFICER},
        "hazards.dismiss": {Role.SAFETY_OFFICER},
        "hazards.route": _OFFICE,
        # sensors: what devices measure, and the limits they are held against
        "sensors.view": _OFFICE | _LEADERS | {Role.WORKSHOP_HEAD, Role.INSPECTOR},
        "sensors.manage": _OFFICE,
        # risks: the register, its ratings, plans and cards; of the workshop whoever knows that something has changed
        # What is dangerous where may everybody know who works here.
        "risks.read": _EVERYBODY - PARTNER_ROLES,
        "risks.view": _OFFICE | _LEADERS | {Role.TEAM_LEADER, Role.WORKSHOP_HEAD, Role.INSPECTOR},
        "risks.manage": {Role.SAFETY_OFFICER},
        "risks.propose": {Role.SAFETY_OFFICER, Role.WORKSHOP_HEAD, Role.TEAM_LEADER},
        # incidents: reported by everybody; who was hurt is personal and partly medical, so few may read it
        "drills.view": _OFFICE | _LEADERS | {Role.TEAM_LEADER, Role.WORKSHOP_HEAD, Role.TRAINER, Role.INSPECTOR},
        "drills.manage": {Role.SAFETY_OFFICER, Role.TRAINER},
        "incidents.report": _EVERYBODY - PARTNER_ROLES - {Role.INSPECTOR},
        "incidents.view": _OFFICE | _LEADERS | {Role.TEAM_LEADER, Role.WORKSHOP_HEAD, Role.INSPECTOR},
        "incidents.see_injured": {Role.SAFETY_OFFICER} | _LEADERS,
        "incidents.manage": {Role.SAFETY_OFFICER},
        "incidents.review": {Role.SAFETY_OFFICER} | _LEADERS,
        # That an accident was reported to the authority.
        "incidents.tell": {Role.SAFETY_OFFICER} | _LEADERS,
        # partners: companies that work with the factory
        "partners.view": _OFFICE | _LEADERS | {Role.WORKSHOP_HEAD, Role.INSPECTOR},
        "partners.manage": _OFFICE,
        # What a supplier says of itself: accepted, returned, looked at on the spot.
        "partners.review": {Role.SAFETY_OFFICER},
        # From the portal: self-inspections and papers of the own company.
        "partners.report": {Role.SUPPLIER},
        # Papers of the own company, and what its people still lack.
        "partners.papers": {Role.SUPPLIER, Role.CONTRACTOR_ADMIN},
        # A contractor's worker on the way to the own entry permit.
        "partners.crew": {Role.CONTRACTOR_WORKER},
        # Who comes in: approved, and taken back.
        "partners.approve": {Role.SAFETY_OFFICER},
        # Work permits: applied for and watched over by the crew; whoever looks after safety stops them.
        "partners.work": {Role.CONTRACTOR_WORKER, Role.CONTRACTOR_ADMIN},
        "partners.stop_work": {Role.SAFETY_OFFICER, Role.WORKSHOP_HEAD, Role.TEAM_LEADER} | _LEADERS,
        # Somebody on the blacklist objects: decided by whoever did not set it.
        "partners.lift_ban": _LEADERS,
        "gate.check": {Role.GUARD, Role.SAFETY_OFFICER},
        # training
        "training.learn": SHOP_FLOOR | _OFFICE | _LEADERS | {Role.TRAINER, Role.GUARD},
        # The own papers and licences; a contractor's worker shows them at the gate.
        "training.prove": SHOP_FLOOR | _OFFICE | _LEADERS | {Role.TRAINER, Role.GUARD, Role.CONTRACTOR_WORKER},
        "training.view": _OFFICE | _LEADERS | {Role.TEAM_LEADER, Role.WORKSHOP_HEAD, Role.TRAINER, Role.INSPECTOR},
        # Courses, questions and exams.
        "training.teach": {Role.TRAINER, Role.SAFETY_OFFICER},
        # Who has to learn what by when, who is exempt, whose certificate is taken back.
        "training.assign": {Role.TRAINER, Role.SAFETY_OFFICER},
        # Classes and drills on site; team leaders hold those of the team.
        "training.hold": {Role.TRAINER, Role.SAFETY_OFFICER, Role.TEAM_LEADER, Role.WORKSHOP_HEAD},
        "training.nudge": {Role.TRAINER, Role.SAFETY_OFFICER, Role.TEAM_LEADER, Role.WORKSHOP_HEAD},
        # alerts
        "alerts.acknowledge": {Role.SAFETY_OFFICER} | _LEADERS,
        "alerts.set_policy": {Role.SAFETY_OFFICER},
        # who hears of what
        "notifications.view": _OFFICE | _LEADERS,
        "notifications.set_rules": {Role.SAFETY_OFFICER},
        "alerts.manage_screens": _OFFICE,
        # where notices go besides the page
        "channels.manage": _OFFICE,
        # what the factory pays
        "billing.manage": {Role.ADMIN, Role.HEAD},
        # all of it: taken along, under another address, removed
        "factory.manage": {Role.ADMIN},
        # how it is used: who counts as the floor, who pairs buddies, who answers for the month and hands out its rewards
        "adoption.take_part": SHOP_FLOOR,
        "adoption.view": _OFFICE | _LEADERS | {Role.TEAM_LEADER, Role.WORKSHOP_HEAD, Role.TRAINER, Role.INSPECTOR},
        "adoption.pair": {Role.SAFETY_OFFICER, Role.TEAM_LEADER, Role.WORKSHOP_HEAD},
        "adoption.award": {Role.SAFETY_OFFICER} | _LEADERS,
        # records
        "ledger.verify": _OFFICE | _LEADERS | {Role.INSPECTOR},
    }.items()
}


def allows(role: str, permission: str) -> bool:
    """Whether the role holds the permission; an unknown permission is a programming error."""
    return role in PERMISSIONS[permission]
