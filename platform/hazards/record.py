"""What belongs to a hazard's record beside its own columns, in order, for whoever puts it on paper."""

from typing import Any

from django.db.models import Prefetch

from hazards.models import Hazard, JointGroup, Member, Mention, Post, SubTask


def thread_record(hazard: Hazard) -> dict[str, Any] | None:
    """What was said, with photos and mentions, and the joint group as it was: members also after they left, sub-tasks.

    None where nobody said anything and no group was opened.
    """
    group = JointGroup.objects.select_related("opened_by").filter(hazard=hazard).first()
    mentions = Prefetch("mentions", Mention.objects.select_related("user"))
    posts = Post.objects.filter(thread__hazard=hazard).select_related("author__department")
    said = list(posts.prefetch_related("photos__attachment", mentions))
    if group is None and not said:
        return None
    members = Member.objects.filter(group=group).select_related("user__department", "added_by")
    tasks = SubTask.objects.filter(group=group).select_related("owner", "created_by", "done_by", "photo")
    return {
        "group": group,
        "members": list(members) if group else [],
        "posts": said,
        "subtasks": list(tasks.order_by("id")) if group else [],
    }
