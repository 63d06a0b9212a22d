"""Faults that the laws have found and that stand: by law and row, in plain words.

Each is expected to fail; once it is mended the test says so, and the line goes.
"""

DRILL = "the policy does not know the alarms of the set, which drill --alarms sets as well"
SHARED_TTL = "our TTL is put on a TXT set that holds strings of others too, and stays there"
NEEDED = "destroy takes away what another environment of the folder needs: DKIM records, MX, DMARC"
REPLICATED = "destroy does not know that a replica holds the identity, and stops half way"
WRONG_PARTITION = "in GovCloud the records of a zone are asked for in the commercial partition"

FAULTS: dict[tuple[str, str], str] = {
    ("the_printed_policy_allows_every_call_that_was_made", "everything"): DRILL,
    ("the_printed_policy_allows_every_call_that_was_made", "empty lists"): (
        "with suppressed_reasons = [] the policy does not allow to set them right"
    ),
    ("the_printed_policy_allows_every_call_that_was_made", "GovCloud"): WRONG_PARTITION,
    ("the_printed_policy_allows_nothing_else", "GovCloud"): WRONG_PARTITION,
    ("reading_needs_only_the_policy_for_reading", "GovCloud"): WRONG_PARTITION,
    ("printed_policies_fit_into_iam", "the longest names"): (
        "a policy over the size limit of IAM is printed whole"
    ),
    (
        "destroy_leaves_nothing_of_ours_and_all_of_theirs", "a subdomain in its parent's zone",
    ): SHARED_TTL,
    ("the_printed_policy_allows_nothing_else", "the parent of a replica"): REPLICATED,
    ("destroy_leaves_nothing_of_ours_and_all_of_theirs", "the parent of a replica"): REPLICATED,
    ("other_environments_do_not_notice", "the parent of a replica"): NEEDED,
    ("destroy_leaves_nothing_of_ours_and_all_of_theirs", "a replica"): NEEDED,
    ("other_environments_do_not_notice", "a replica"): NEEDED,
    ("destroy_leaves_nothing_of_ours_and_all_of_theirs", "one domain in two regions"): NEEDED,
    ("other_environments_do_not_notice", "one domain in two regions"): NEEDED,
    ("destroy_leaves_nothing_of_ours_and_all_of_theirs", "one zone for two accounts"): NEEDED,
    ("other_environments_do_not_notice", "one zone for two accounts"): NEEDED,
    ("validate_names_the_mistake", "an alarm of the set that another environment has"): (
        "the alarms of the set are not among what environments may fight over"
    ),
}  # fmt: skip

IN_PAIRS: dict[tuple[str, str], str] = {
    ("the_printed_policy_allows_every_call_that_was_made", "no suppression"): (
        "with suppressed_reasons = [] the policy does not allow to set them right"
    ),
}
"""Faults of a setting, whatever it is paired with; not each pair comes upon them."""


def in_pair(law: str, row: str) -> str:
    """The fault that one of two settings brings along, in words."""
    return next(
        (IN_PAIRS[law, part] for part in row.split(", and ") if (law, part) in IN_PAIRS), ""
    )
