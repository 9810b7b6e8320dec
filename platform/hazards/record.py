"""What belongs to a hazard's record beside its own columns, in order, for whoever puts it on paper."""

from typing import Any

from django.db.models import Prefetch

from hazards.models import Hazard, JointGroup, Member, Mention, Post, SubTask


def group_record(hazard: Hazard) -> dict[str, Any] | None:
    """The joint group as it was: members also after they left, posts with photos and mentions, sub-tasks; None without one."""
    group = JointGroup.objects.select_related("opened_by").filter(hazard=hazard).first()
    if group is None:
        return None
    mentions = Prefetch("mentions", Mention.objects.select_related("user"))
    posts = Post.objects.filter(group=group).select_related("author__department")
    return {
        "group": group,
        "members": list(Member.objects.filter(group=group).select_related("user__department", "added_by")),
        "posts": list(posts.prefetch_related("photos__attachment", mentions)),
        "subtasks": list(
            SubTask.objects.filter(group=group).select_related("owner", "created_by", "done_by", "photo").order_by("id")
        ),
        "mentions": list(Mention.objects.filter(post__group=group).select_related("user", "post__author")),
    }
