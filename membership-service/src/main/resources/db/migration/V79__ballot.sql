-- Who may vote, fixed when the vote opens, and whether their ballot was signed: the digest is of the paper as it was signed, folded.
-- Nothing here says what a ballot says, or when it was signed.
create table ballot_roll (
    proposal_id   uuid  not null references proposal,
    member_id     uuid  not null references member,
    folded_sha256 bytea check (length(folded_sha256) = 32), -- null: none was signed yet
    primary key (proposal_id, member_id)
);

-- The ballots that were cast, without name, time or order: whoever casts one writes all of them anew, by nonce, so that neither the
-- place of a row nor the number of its transaction tells which came when.
create table ballot (
    proposal_id uuid  not null references proposal,
    nonce       bytea not null check (length(nonce) = 32),
    choice      text  not null check (choice in ('yes', 'no', 'abstain')),
    signature   bytea not null check (length(signature) = 256),
    primary key (proposal_id, nonce)
);

-- How often something was refused, and why; never whose it was.
create table ballot_refusal (
    proposal_id uuid not null references proposal,
    why         text not null,
    times       int  not null check (times > 0),
    primary key (proposal_id, why)
);

-- What was published when a vote was counted, byte for byte.
create table vote_record (
    proposal_id uuid primary key references proposal,
    text        text not null,
    sha256      text not null check (sha256 ~ '^[0-9a-f]{64}$'),
    signature   text not null
);
create trigger vote_record_only_grows before update or delete on vote_record
    for each row execute function refuse_change();
create trigger vote_record_is_never_emptied before truncate on vote_record
    for each statement execute function refuse_change();
