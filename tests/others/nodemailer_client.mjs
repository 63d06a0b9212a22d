// nodemailer's SES transport, over the JavaScript SDK.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
const require = createRequire(import.meta.url);
const nodemailer = require("nodemailer");
const { SESv2Client, SendEmailCommand, CreateEmailIdentityCommand } = require("@aws-sdk/client-sesv2");

const { SENDER, ACCOUNT, AWS_REGION, AWS_ENDPOINT_URL } = process.env;
const sesClient = new SESv2Client({ region: AWS_REGION });
await sesClient.send(new CreateEmailIdentityCommand({ EmailIdentity: SENDER }));
const place = { account: ACCOUNT, region: AWS_REGION };
const confirmed = await fetch(`${AWS_ENDPOINT_URL}/_local/confirm-address`, {
  method: "POST",
  body: JSON.stringify({ ...place, address: SENDER }),
});
assert.ok(confirmed.ok, await confirmed.text());

const transport = nodemailer.createTransport({ SES: { sesClient, SendEmailCommand } });
const info = await transport.sendMail({
  from: SENDER,
  to: "customer@example.net",
  subject: "Grüße",
  text: "text",
  attachments: [{ filename: "receipt.txt", content: "1 Euro" }],
});
assert.ok(info.messageId);
const sent = await (await fetch(`${AWS_ENDPOINT_URL}/_local/sent?${new URLSearchParams(place)}`)).json();
assert.equal(sent.length, 1);
assert.equal(sent[0].subject, "Grüße");
