"""Events of configuration sets, and the headers of the mails that were sent."""

import json
from datetime import datetime, timezone

from ministack import app as emulator
from ministack.services import ses, ses_v2, sns

from .asgi import reply


def is_send_email(method: str, path: str) -> bool:
    return method == "POST" and path.rstrip("/") == "/v2/email/outbound-emails"


async def send_email(method, path, headers, body, query_params):
    if not is_send_email(method, path):
        return await ses_request(method, path, headers, body, query_params)
    mail = json.loads(body)
    name = mail.get("ConfigurationSetName")
    if name and name not in ses_v2._config_sets:
        return ses_v2._missing_config_set(name)
    answer = await ses_request(method, path, headers, body, query_params)
    if answer[0] == 200:
        message_id = json.loads(answer[2])["MessageId"]
        record = next(each for each in reversed(ses._sent_emails_list()) if each["MessageId"] == message_id)
        record["Headers"] = mail.get("Content", {}).get("Simple", {}).get("Headers", [])
        ses._send_notifications(message_id, record["Source"], record["To"] + record["CC"] + record["BCC"])
        if name:
            publish_events(name, record, mail.get("EmailTags", []))
    return answer


def publish_events(set_name: str, record: dict, email_tags: list) -> None:
    """What happens to the mail, to the topics of the configuration set's event destinations.

    The records are those of https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html
    """
    recipients = [ses.parseaddr(address)[1] for address in record["To"] + record["CC"] + record["BCC"]]
    at = datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    sender = ses.parseaddr(record["Source"])[1]
    source = ses_v2._resource_arn("configuration-set", set_name)
    mail = {
        "timestamp": at,
        "source": sender,
        "sourceArn": ses_v2._resource_arn("identity", sender),
        "sendingAccountId": ses.get_account_id(),
        "messageId": record["MessageId"],
        "destination": recipients,
        "headersTruncated": False,
        "headers": [{"name": each["Name"], "value": each["Value"]} for each in record["Headers"]],
        "commonHeaders": {"from": [record["Source"]], "to": recipients, "subject": record["Subject"]},
        "tags": {"ses:configuration-set": [set_name], **{tag["Name"]: [tag["Value"]] for tag in email_tags}},
    }
    for recipient in recipients:
        local, _, domain = recipient.lower().partition("@")
        happens = (("Delivery", None),)
        if domain == ses._SIMULATOR_DOMAIN:
            happens = ses._SIMULATOR_OUTCOMES.get(local.split("+")[0], happens)
        for kind, subtype in (("Send", None), *happens):
            event = {"eventType": kind, "mail": mail, **(
                {"send": {}} if kind == "Send" else ses._notification_detail(kind, recipient, at, subtype))}
            for destination in ses_v2._config_sets[set_name].get("EventDestinations", {}).values():
                topic = destination.get("SnsDestination", {}).get("TopicArn")
                wanted = topic and destination["Enabled"] and kind.upper() in destination["MatchingEventTypes"]
                if wanted and sns.topic_policy_allows(topic, "ses.amazonaws.com", source, ses.get_account_id()):
                    ses._publish_notification(topic, event)


ses_request = ses_v2.handle_request
ses_v2.handle_request = send_email


async def mailboxes_with_headers(scope, receive, send) -> None:
    answer = {"body": b""}

    async def keep(message):
        if message["type"] == "http.response.start":
            answer.update(status=message["status"])
        else:
            answer["body"] += message.get("body", b"")

    await emulator.app(scope, receive, keep)
    shown = json.loads(answer["body"])
    headers = {record["MessageId"]: record.get("Headers", [])
               for records in ses._sent_emails.to_dict().values() for record in records}
    for mail in (mail for mails in shown.get("messages", {}).values() for mail in mails):
        mail["Headers"] = headers[mail["MessageId"]]
    await reply(send, answer["status"], [(b"content-type", b"application/json")], json.dumps(shown).encode())
