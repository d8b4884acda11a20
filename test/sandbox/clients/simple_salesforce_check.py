"""Lives a client's life with simple-salesforce; the stand-in's URL is given."""

import json
import sys
from datetime import datetime, timedelta, timezone
from urllib.parse import urlsplit, urlunsplit

import requests
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from requests.adapters import HTTPAdapter
from simple_salesforce import (
    Salesforce,
    SalesforceAuthenticationFailed,
    SalesforceExpiredSession,
    SalesforceMalformedRequest,
    SalesforceMoreThanOneRecord,
    SalesforceRefusedRequest,
    SalesforceResourceNotFound,
)
from simple_salesforce.exceptions import SalesforceGeneralError, SalesforceOperationError

url = sys.argv[1]
MY_DOMAIN = "acme.my.salesforce.com"
APP = {"consumer_key": "app", "consumer_secret": "secret"}
USER = {"username": "admin@acme.example", "password": "pass&<word>"}
LEAD = {"LastName": "Doe", "Company": "Acme"}
kept = {}


class ToTheStandIn(HTTPAdapter):
    """The client knows Salesforce's hosts by HTTPS alone; the stand-in hears which of them was meant."""

    def send(self, request, **options):
        target, own = urlsplit(request.url), urlsplit(url)
        request.headers["Host"] = target.netloc
        request.url = urlunsplit((own.scheme, own.netloc, target.path, target.query, ""))
        return super().send(request, **options)


http = requests.Session()
http.trust_env = False
http.mount("https://", ToTheStandIn())


def connect(**options):
    return Salesforce(session=http, version="59.0", **options)


def control(method, path, body=None):
    reply = http.request(method, url + path, json=body)
    reply.raise_for_status()
    return reply.json() if reply.content else None


def configure(**switches):
    control("PATCH", "/sandbox/config", switches)


def refusal(kind, call):
    try:
        call()
    except kind as error:
        return error
    raise AssertionError(f"was not refused with {kind.__name__}")


def equal(got, wanted):
    assert got == wanted, f"got {got!r}, wanted {wanted!r}"


def works(connection):
    equal(connection.query("SELECT Id FROM Lead LIMIT 1")["done"], True)
    equal(connection.sf_instance, MY_DOMAIN)


def logs_in_by_soap_with_a_security_token():
    works(connect(**USER, security_token="token"))


def logs_in_by_soap_from_a_trusted_network():
    works(connect(**USER, organizationId="00D000000000001"))


def logs_in_with_a_password_by_oauth():
    kept["sf"] = connect(**USER, **APP)
    works(kept["sf"])


def logs_in_with_client_credentials_at_its_my_domain():
    works(connect(**APP, domain="acme.my"))


def is_refused_client_credentials_elsewhere():
    error = refusal(SalesforceAuthenticationFailed, lambda: connect(**APP, domain="other.my"))
    equal((error.code, error.auth_message), ("invalid_grant", "request not supported on this domain"))


def logs_in_with_a_jwt():
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    works(connect(username=USER["username"], consumer_key="app", privatekey=pem.decode()))


def takes_a_session_that_it_is_given():
    works(connect(instance_url=f"https://{MY_DOMAIN}", session_id=kept["sf"].session_id))


def is_refused_a_wrong_password():
    configure(users=[USER])
    try:
        error = refusal(SalesforceAuthenticationFailed, lambda: connect(username=USER["username"], password="x", **APP))
        equal((error.code, error.auth_message), ("invalid_grant", "authentication failure"))
        error = refusal(SalesforceAuthenticationFailed, lambda: connect(username=USER["username"], password="x", security_token=""))
        equal(error.code, "INVALID_LOGIN")
    finally:
        configure(users=None)


def creates():
    kept["id"] = kept["sf"].Lead.create({**LEAD, "Email": "jane@acme.example", "SCIM_Id__c": "u1"})["id"]
    assert kept["id"].startswith("00Q"), kept["id"]


def reads():
    equal(kept["sf"].Lead.get(kept["id"])["Name"], "Doe")


def reads_by_external_id():
    equal(kept["sf"].Lead.get_by_custom_id("SCIM_Id__c", "u1")["Id"], kept["id"])


def finds_nothing_by_an_external_id_with_a_space():
    # The client writes it as a plus sign, which in a path is a plus sign.
    kept["sf"].Lead.create({**LEAD, "SCIM_Id__c": "u 4"})
    error = refusal(SalesforceResourceNotFound, lambda: kept["sf"].Lead.get_by_custom_id("SCIM_Id__c", "u 4"))
    assert error.content[0]["message"].endswith("u+4"), error


def updates():
    equal(kept["sf"].Lead.update(kept["id"], {"Title": "CTO"}), 204)
    equal(kept["sf"].Lead.get(kept["id"])["Title"], "CTO")


def upserts():
    equal(kept["sf"].Lead.upsert("SCIM_Id__c/u2", LEAD), 201)
    equal(kept["sf"].Lead.upsert("SCIM_Id__c/u2", LEAD), 200)


def queries():
    found = kept["sf"].query("SELECT Id, Owner.Username FROM Lead WHERE Email = 'jane@acme.example'")
    equal((found["totalSize"], found["records"][0]["Owner"]["Username"]), (1, USER["username"]))


def queries_every_page():
    configure(queryPageSize=3)
    for number in range(7):
        kept["sf"].Lead.create({**LEAD, "LastName": f"L{number}"})
    equal(len(kept["sf"].query_all("SELECT Id FROM Lead WHERE LastName LIKE 'L%'")["records"]), 7)
    equal(sum(1 for _ in kept["sf"].query_all_iter("SELECT Id FROM Lead WHERE LastName LIKE 'L%'")), 7)
    first = kept["sf"].query("SELECT Id FROM Lead WHERE LastName LIKE 'L%'")
    second = kept["sf"].query_more(first["nextRecordsUrl"], identifier_is_url=True)
    equal((len(first["records"]), len(second["records"]), second["done"]), (3, 3, False))
    configure(queryPageSize=2000)


def describes():
    fields = {field["name"]: field for field in kept["sf"].Lead.describe()["fields"]}
    equal((fields["LastName"]["length"], fields["SCIM_Id__c"]["externalId"]), (80, True))
    assert "CampaignMember" in {each["name"] for each in kept["sf"].describe()["sobjects"]}
    equal(kept["sf"].Lead.metadata()["objectDescribe"]["keyPrefix"], "00Q")


def reads_the_limits():
    equal(kept["sf"].limits()["DailyApiRequests"]["Max"], 100_000)
    assert kept["sf"].api_usage["api-usage"].total == 100_000, kept["sf"].api_usage


def knows_who_it_is():
    equal(kept["sf"].oauth2("userinfo")["preferred_username"], USER["username"])


def knows_that_the_org_is_a_sandbox():
    equal(kept["sf"].is_sandbox(), True)


def sends_a_collection():
    records = [{"attributes": {"type": "Lead"}, **LEAD, "SCIM_Id__c": key} for key in ("u2", "u3")]
    reply = kept["sf"].restful("composite/sobjects/Lead/SCIM_Id__c", method="PATCH", data=json.dumps({"records": records}))
    equal([row["created"] for row in reply], [False, True])


def fills_a_campaign():
    campaign = kept["sf"].Campaign.create({"Name": "Spring"})["id"]
    member = {"CampaignId": campaign, "LeadId": kept["id"]}
    kept["sf"].CampaignMember.create(member)
    error = refusal(SalesforceMalformedRequest, lambda: kept["sf"].CampaignMember.create(member))
    equal(error.content[0]["message"], "Already a campaign member.")


def inserts_in_bulk():
    (result,) = kept["sf"].bulk2.Lead.insert(records=[{**LEAD, "SCIM_Id__c": "b1"}, {"LastName": "", "Company": "x", "SCIM_Id__c": "b2"}], wait=0.05)
    equal((result["numberRecordsProcessed"], result["numberRecordsFailed"]), (2, 1))
    handler = kept["sf"].bulk2.Lead
    assert "00Q" in handler.get_successful_records(result["job_id"])
    assert "REQUIRED_FIELD_MISSING" in handler.get_failed_records(result["job_id"])
    equal(handler.get_unprocessed_records(result["job_id"]).count("\n"), 1)


def upserts_updates_and_deletes_in_bulk():
    handler = kept["sf"].bulk2.Lead
    rows = [{**LEAD, "SCIM_Id__c": key} for key in ("b1", "b3")]
    (upserted,) = handler.upsert(records=rows, external_id_field="SCIM_Id__c", wait=0.05)
    equal((upserted["numberRecordsProcessed"], upserted["numberRecordsFailed"]), (2, 0))
    found = kept["sf"].query("SELECT Id FROM Lead WHERE SCIM_Id__c IN ('b1', 'b3')")["records"]
    ids = [record["Id"] for record in found]
    (updated,) = handler.update(records=[{"Id": each, "Title": "CTO"} for each in ids], wait=0.05)
    (deleted,) = handler.delete(records=[{"Id": each} for each in ids], wait=0.05)
    equal((len(ids), updated["numberRecordsFailed"], deleted["numberRecordsFailed"]), (2, 0, 0))


def loads_in_parallel_jobs():
    rows = [{**LEAD, "LastName": f"P{number}"} for number in range(20)]
    results = kept["sf"].bulk2.Lead.insert(records=rows, batch_size=5, concurrency=4, wait=0.05)
    equal([each["numberRecordsProcessed"] for each in results], [5, 5, 5, 5])


def queries_in_bulk():
    pages = list(kept["sf"].bulk2.Lead.query("SELECT LastName FROM Lead WHERE LastName LIKE 'P%'", max_records=15, wait=0.05))
    equal([page.strip().count("\n") for page in pages], [15, 5])


def is_told_why_a_bulk_job_failed():
    error = refusal(SalesforceOperationError, lambda: kept["sf"].bulk2.Lead.insert(records=[{"Shoe": "46"}], wait=0.05))
    assert "Field name not found : Shoe" in str(error), error


def is_told_what_changed_and_what_went():
    gone = kept["sf"].Lead.create(LEAD)["id"]
    equal(kept["sf"].Lead.delete(gone), 204)
    now = datetime.now(timezone.utc)
    span = (now - timedelta(minutes=5), now + timedelta(minutes=5))
    assert kept["id"] in kept["sf"].Lead.updated(*span)["ids"]
    assert gone in {each["id"] for each in kept["sf"].Lead.deleted(*span)["deletedRecords"]}
    error = refusal(SalesforceResourceNotFound, lambda: kept["sf"].Lead.get(gone))
    equal(error.content[0]["errorCode"], "ENTITY_IS_DELETED")


def raises_more_than_one_record_for_300():
    configure(externalIdUnique=False)
    for _ in range(2):
        kept["sf"].Lead.create({**LEAD, "SCIM_Id__c": "twice"})
    error = refusal(SalesforceMoreThanOneRecord, lambda: kept["sf"].Lead.get_by_custom_id("SCIM_Id__c", "twice"))
    equal((error.status, len(error.content)), (300, 2))


def raises_malformed_request_for_400():
    error = refusal(SalesforceMalformedRequest, lambda: kept["sf"].Lead.create({"LastName": "Doe"}))
    equal((error.status, error.content[0]["fields"]), (400, ["Company"]))


def raises_expired_session_for_401():
    lost = connect(instance_url=f"https://{MY_DOMAIN}", session_id="00D!gone")
    equal(refusal(SalesforceExpiredSession, lambda: lost.query("SELECT Id FROM Lead")).status, 401)


def logs_in_again_when_its_session_is_gone():
    control("DELETE", "/sandbox/sessions")
    before = kept["sf"].session_id
    equal(kept["sf"].Lead.get(kept["id"])["Id"], kept["id"])
    assert kept["sf"].session_id != before


def raises_refused_request_for_403():
    configure(maxDailyApiRequests=0)
    try:
        error = refusal(SalesforceRefusedRequest, lambda: kept["sf"].query("SELECT Id FROM Lead"))
        equal((error.status, error.content[0]["errorCode"]), (403, "REQUEST_LIMIT_EXCEEDED"))
    finally:
        configure(maxDailyApiRequests=100_000)


def raises_resource_not_found_for_404():
    error = refusal(SalesforceResourceNotFound, lambda: kept["sf"].Lead.get("00Q000000000001EAA"))
    equal((error.status, error.content[0]["errorCode"]), (404, "NOT_FOUND"))


def raises_a_general_error_for_a_maintenance_page():
    configure(outage={"status": 503, "body": "html"})
    try:
        error = refusal(SalesforceGeneralError, lambda: kept["sf"].query("SELECT Id FROM Lead"))
        assert error.status == 503 and "<html>" in error.content, error
    finally:
        configure(outage=None)


def is_refused_a_change_of_a_converted_lead():
    control("POST", f"/sandbox/records/Lead/{kept['id']}/convert")
    error = refusal(SalesforceMalformedRequest, lambda: kept["sf"].Lead.update(kept["id"], {"Title": "x"}))
    equal(error.content[0]["errorCode"], "CANNOT_UPDATE_CONVERTED_LEAD")
    contact = kept["sf"].Lead.get(kept["id"])["ConvertedContactId"]
    equal(kept["sf"].Contact.get(contact)["Email"], "jane@acme.example")


LIFE = [
    logs_in_by_soap_with_a_security_token,
    logs_in_by_soap_from_a_trusted_network,
    logs_in_with_a_password_by_oauth,
    logs_in_with_client_credentials_at_its_my_domain,
    is_refused_client_credentials_elsewhere,
    logs_in_with_a_jwt,
    takes_a_session_that_it_is_given,
    is_refused_a_wrong_password,
    creates,
    reads,
    reads_by_external_id,
    finds_nothing_by_an_external_id_with_a_space,
    updates,
    upserts,
    queries,
    queries_every_page,
    describes,
    reads_the_limits,
    knows_who_it_is,
    knows_that_the_org_is_a_sandbox,
    sends_a_collection,
    fills_a_campaign,
    inserts_in_bulk,
    upserts_updates_and_deletes_in_bulk,
    loads_in_parallel_jobs,
    queries_in_bulk,
    is_told_why_a_bulk_job_failed,
    is_told_what_changed_and_what_went,
    raises_more_than_one_record_for_300,
    raises_malformed_request_for_400,
    raises_expired_session_for_401,
    logs_in_again_when_its_session_is_gone,
    raises_refused_request_for_403,
    raises_resource_not_found_for_404,
    raises_a_general_error_for_a_maintenance_page,
    is_refused_a_change_of_a_converted_lead,
]

configure(myDomainHost=MY_DOMAIN, bulkStepMs=10)
for step in LIFE:
    check = {"name": step.__name__.replace("_", " "), "passed": True, "detail": ""}
    try:
        step()
    except Exception as error:  # Whatever the client makes of an answer, the life goes on.
        check |= {"passed": False, "detail": f"{type(error).__name__} {error}"[:2000]}
    print(json.dumps(check), flush=True)
