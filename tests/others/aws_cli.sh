set -euo pipefail
confirm() {
  curl --silent --fail --data "{\"account\": \"$ACCOUNT\", \"region\": \"$AWS_REGION\", \"address\": \"$SENDER\"}" \
    "$AWS_ENDPOINT_URL/_local/confirm-address" >/dev/null
}
# For SQS version 1 of the CLI heeds this option alone: of AWS_ENDPOINT_URL it knows nothing there.
sqs() { aws --endpoint-url "$AWS_ENDPOINT_URL" sqs "$@"; }
is() { [ "$1" = "$2" ] || { echo "expected $2, got $1"; exit 1; }; }

aws sesv2 create-email-identity --email-identity "$SENDER" >/dev/null
confirm
is "$(aws sesv2 list-email-identities --query 'EmailIdentities[].IdentityName' --output text)" "$SENDER"
is "$(aws ses get-identity-verification-attributes --identities "$SENDER" \
  --query "VerificationAttributes.\"$SENDER\".VerificationStatus" --output text)" Success
aws sesv2 create-configuration-set --configuration-set-name shop >/dev/null
topic="$(aws sns create-topic --name events --query TopicArn --output text)"
url="$(sqs create-queue --queue-name events --query QueueUrl --output text)"
arn="arn:aws:sqs:$AWS_REGION:$ACCOUNT:events"
policy="{\\\"Statement\\\": [{\\\"Effect\\\": \\\"Allow\\\", \\\"Principal\\\": {\\\"Service\\\": \\\"sns.amazonaws.com\\\"}, \\\"Action\\\": \\\"sqs:SendMessage\\\", \\\"Resource\\\": \\\"$arn\\\"}]}"
sqs set-queue-attributes --queue-url "$url" --attributes "{\"Policy\": \"$policy\"}"
aws sns subscribe --topic-arn "$topic" --protocol sqs --notification-endpoint "$arn" \
  --attributes '{"FilterPolicyScope": "MessageBody", "FilterPolicy": "{\"eventType\": [\"Bounce\"]}", "RawMessageDelivery": "true"}' >/dev/null
aws sesv2 create-configuration-set-event-destination --configuration-set-name shop \
  --event-destination-name events --event-destination \
  "{\"Enabled\": true, \"MatchingEventTypes\": [\"SEND\", \"BOUNCE\"], \"SnsDestination\": {\"TopicArn\": \"$topic\"}}"
aws sesv2 send-email --from-email-address "$SENDER" --configuration-set-name shop \
  --destination ToAddresses=bounce@simulator.amazonses.com \
  --content 'Simple={Subject={Data=hello},Body={Text={Data=text}}}' >/dev/null
is "$(sqs receive-message --queue-url "$url" --query 'Messages[0].Body' --output text \
  | sed 's/.*"eventType": *"\([A-Za-z]*\)".*/\1/')" Bounce
