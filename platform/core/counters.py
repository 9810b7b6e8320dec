from core.models import Counter


def next_number(name: str) -> int:
    """The next number of this series, without gaps; the row stays locked until the transaction ends."""
    Counter.objects.bulk_create([Counter(name=name)], ignore_conflicts=True)
    counter = Counter.objects.select_for_update().get(name=name)
    counter.value += 1
    counter.save()
    return counter.value
