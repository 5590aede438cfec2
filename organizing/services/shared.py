"""What several verbs of the room do, and what its triggers refuse."""

from ip2a.verbs import in_words, locked, needs_reason, promise, store

PROMISES = {
    "activity_not_in_future": "That day is still to come. Take today or an earlier day.",
    "unit_list_not_in_future": "The list is dated in the future. Type the day for which it is true.",
    "assessment_not_in_future": "That day is still to come. Take today or an earlier day.",
    "contact_not_in_future": "That day is still to come. Take today or an earlier day.",
    "card_not_in_future": "The card is dated in the future. Look at its date again.",
    "card_received_not_in_future": "It cannot have been received on a day that is still to come.",
    "custody_not_in_future": "It cannot have changed hands on a day that is still to come.",
    "unfair_not_in_future": "That day is still to come. Take today or an earlier day.",
    "card_within_campaign": "The card is dated before the campaign opened, so it is no evidence for it. Look at its "
    "date again, or correct the day on which the campaign opened.",
    "campaign_opens_before_its_cards": "Cards of the campaign are dated before that day. Take an earlier day.",
    "unit_list_frozen": "The list was used, so it stays as it is. Add another list.",
    "one_campaign": "They belong to different campaigns.",
}
promise(PROMISES)

__all__ = ["in_words", "locked", "needs_reason", "store"]
