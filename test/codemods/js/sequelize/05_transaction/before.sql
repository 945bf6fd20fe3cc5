CREATE TABLE webhook_subscriptions (id uuid PRIMARY KEY, url text);
