"""Lives a client's life with scim2-client, which refuses every answer that is not valid SCIM; the service's URL and token are given."""

import sys

from check import report
from httpx2 import Client
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_models import BulkOperation, BulkRequest, PatchOp, PatchOperation, SCIMException, SearchRequest

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"

url, token = sys.argv[1:]
http = Client(base_url=url, headers={"Authorization": f"Bearer {token}"}, trust_env=False)
client = SyncSCIMClient(http)
kept = {}


def model(name):
    return client.get_resource_model(name)


def create(name, **values):
    return client.create(model(name).model_validate(values))


def modify(resource, op, path=None, value=None):
    operation = PatchOperation(op=op, path=path, value=value)
    return client.modify(resource, PatchOp[type(resource)](operations=[operation]))


def refusal(call):
    try:
        call()
    except SCIMException as error:
        return error
    raise AssertionError("was not refused")


def found(**query):
    return [user.user_name for user in client.query(model("User"), query_parameters=SearchRequest(**query)).resources or []]


def discovers():
    client.discover()
    assert {kind.name for kind in client.provider.resource_types} >= {"User", "Group"}
    assert client.provider.config.patch.supported


def creates_users():
    for user_name in ("ada@example.com", "grace@example.com", "alan@example.com"):
        user = create("User", userName=user_name, active=True, emails=[{"value": user_name, "type": "work", "primary": True}])
        kept[user_name] = user
        assert user.id and user.meta.location and user.meta.version


def creates_with_an_extension():
    user = create("User", userName="joan@example.com", **{ENTERPRISE: {"employeeNumber": "7", "department": "Tools"}})
    kept["joan@example.com"] = user
    assert user.model_dump()[ENTERPRISE]["employeeNumber"] == "7", user.model_dump()


def reads_by_id():
    ada = kept["ada@example.com"]
    assert client.query(ada).user_name == "ada@example.com"


def projects():
    ada = client.query(type(kept["ada@example.com"]), kept["ada@example.com"].id, query_parameters={"attributes": ["userName"]})
    assert ada.user_name == "ada@example.com" and ada.emails is None


def filters():
    assert found(filter='userName eq "ADA@example.com"') == ["ada@example.com"]
    assert found(filter='emails[type eq "work" and value sw "grace"]') == ["grace@example.com"]
    assert found(filter=f'{ENTERPRISE}:department eq "Tools" and not (active eq true)') == ["joan@example.com"]


def pages():
    whole = found()
    assert sorted(whole) == sorted(kept)
    assert [found(start_index=index, count=1) for index in (1, 2, 3, 4)] == [[name] for name in whole]


def sorts():
    assert found(sort_by="userName", sort_order="descending") == sorted(kept, reverse=True)


def searches():
    request = SearchRequest(filter='userName sw "alan"', attributes=["userName"])
    assert [user.user_name for user in client.search(model("User"), request).resources] == ["alan@example.com"]
    assert client.search(search_request=request).total_results == 1


def replaces():
    ada = client.query(kept["ada@example.com"])
    ada.display_name = "Ada"
    assert client.replace(ada).display_name == "Ada"


def modifies():
    grace = modify(kept["grace@example.com"], "replace", "active", False)
    assert grace.active is False
    grace = modify(grace, "add", "name.givenName", "Grace")
    assert grace.name.given_name == "Grace"
    assert modify(grace, "remove", "emails").emails is None


def is_refused_a_change_of_a_stale_copy():
    # The client sends the version of its copy as If-Match.
    error = refusal(lambda: modify(kept["grace@example.com"], "replace", "active", True))
    assert error.status == 412, error


def modifies_an_extension():
    joan = modify(kept["joan@example.com"], "replace", f"{ENTERPRISE}:department", "Engines")
    assert joan.model_dump()[ENTERPRISE]["department"] == "Engines"


def fills_a_group():
    ada, alan = kept["ada@example.com"].id, kept["alan@example.com"].id
    group = create("Group", displayName="Engineers", members=[{"value": ada}])
    kept["group"] = group
    group = modify(group, "add", "members", [{"value": alan}])
    assert {member.value for member in group.members} == {ada, alan}
    group = modify(group, "remove", f'members[value eq "{ada}"]')
    assert [member.value for member in group.members] == [alan]


def tells_a_user_its_groups():
    # By id: with its copy, the client sends If-None-Match, and the user itself has not changed.
    alan = client.query(model("User"), kept["alan@example.com"].id)
    assert [group.value for group in alan.groups or []] == [kept["group"].id]


def sends_a_bulk_request():
    user, group = model("User"), model("Group")
    operations = [
        BulkOperation[group](method="POST", path="/Groups", bulk_id="g", data=group.model_validate({"displayName": "Bulk", "members": [{"value": "bulkId:u"}]})),
        BulkOperation[user](method="POST", path="/Users", bulk_id="u", data=user.model_validate({"userName": "bulk@example.com"})),
    ]
    answers = client.bulk(BulkRequest[user | group](operations=operations)).operations
    assert [int(answer.status) for answer in answers] == [201, 201], answers
    (created,) = client.query(group, query_parameters=SearchRequest(filter='displayName eq "Bulk"')).resources
    assert answers[1].location.endswith(created.members[0].value)


def is_refused_a_second_user_of_a_name():
    error = refusal(lambda: create("User", userName="Alan@Example.com"))
    assert (error.status, error.scim_type) == (409, "uniqueness"), error


def is_refused_an_unknown_attribute():
    body = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [{"op": "add", "path": "shoeSize", "value": 46}]}
    error = refusal(lambda: client.modify(kept["alan@example.com"], body, check_request_payload=False))
    assert (error.status, error.scim_type) == (400, "invalidPath"), error


def deletes():
    alan = kept["alan@example.com"]
    client.delete(alan)
    assert refusal(lambda: client.query(alan)).status == 404
    assert refusal(lambda: client.delete(alan)).status == 404


def finds_the_deleted_user_in_no_group():
    assert not client.query(kept["group"]).members


LIFE = [
    discovers,
    creates_users,
    creates_with_an_extension,
    reads_by_id,
    projects,
    filters,
    pages,
    sorts,
    searches,
    replaces,
    modifies,
    is_refused_a_change_of_a_stale_copy,
    modifies_an_extension,
    fills_a_group,
    tells_a_user_its_groups,
    is_refused_a_second_user_of_a_name,
    is_refused_an_unknown_attribute,
    deletes,
    finds_the_deleted_user_in_no_group,
    sends_a_bulk_request,
]

for step in LIFE:
    try:
        step()
        report(step.__name__.replace("_", " "), True)
    except Exception as error:  # Whatever the client makes of an answer, the life goes on.
        report(step.__name__.replace("_", " "), False, f"{type(error).__name__} {error}")
