use std::collections::BTreeMap;
use std::mem;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use headway_client::v1::SlotOutcome;
use headway_client::{Headway, Report, Slot, SlotRequest};
use reqwest::Client;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::command::Command;
use crate::failure::Failure;
use crate::proto_json;

pub async fn slot(headway: &Headway, command: Command) -> Result<Value, Failure> {
    let request = SlotRequest {
        models: command.models.clone(),
        input_tokens: command.input_tokens,
        max_output_tokens: command.max_output_tokens,
        max_wait: command.max_wait_ms.map(Duration::from_millis),
        lease: command.lease_ms.map(Duration::from_millis),
        ..SlotRequest::default()
    };
    let report = Report::used(command.usage.0, command.usage.1);
    if ["report", "fail", "rateLimited"].contains(&command.end.as_str()) {
        return in_slot(headway, &request, report, &command.end).await;
    }
    let slot = headway.acquire_slot(&request).await?;
    let mut told = describe(&slot);
    match command.end.as_str() {
        "hold" => mem::forget(slot),
        "release" => slot.release().await?,
        "settle" => {
            tokio::time::sleep(Duration::from_millis(command.hold_ms)).await;
            let settled = slot.settle(report).await?;
            told["settled"] = proto_json::to_json("SettleSlotResponse", &settled);
        }
        _ => drop(slot),
    }
    Ok(told)
}

async fn in_slot(
    headway: &Headway,
    request: &SlotRequest,
    report: Report,
    end: &str,
) -> Result<Value, Failure> {
    let mut told = Value::Null;
    let call = async |slot: &Slot| {
        told = describe(slot);
        match end {
            "fail" => return Err(Failure::Wanted),
            "rateLimited" => {
                let outcome = Some(SlotOutcome::RateLimited);
                slot.report(Report { outcome, status_code: Some(429), ..Report::default() });
                return Err(Failure::Wanted);
            }
            _ => slot.report(report),
        }
        Ok(())
    };
    match headway.with_slot(request, call).await {
        Ok(()) | Err(Failure::Wanted) => Ok(told),
        Err(failure) => Err(failure),
    }
}

fn describe(slot: &Slot) -> Value {
    json!({"model": slot.model(), "reservedTokens": slot.reserved_tokens()})
}

pub async fn workers(headway: &Headway, command: Command) -> Result<Value, Failure> {
    let started = Arc::new(AtomicUsize::new(0));
    let http = Client::new();
    let mut workers = JoinSet::new();
    for _ in 0..command.workers {
        let (headway, http, command, started) =
            (headway.clone(), http.clone(), command.clone(), started.clone());
        workers.spawn(async move {
            let mut statuses = Vec::new();
            while started.fetch_add(1, Ordering::Relaxed) < command.calls {
                statuses.push(call_until_served(&headway, &http, &command).await?);
            }
            Ok::<_, Failure>(statuses)
        });
    }
    let mut counts = BTreeMap::new();
    for statuses in workers.join_all().await {
        for status in statuses? {
            *counts.entry(status).or_insert(0) += 1;
        }
    }
    Ok(json!({"statuses": counts}))
}

/// Tries again as long as Headway cannot be reached.
async fn call_until_served(headway: &Headway, http: &Client, command: &Command) -> Result<u16, Failure> {
    loop {
        match call_in_slot(headway, http, command).await {
            Err(Failure::Headway(error)) if error.is_unavailable() => {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            result => return result,
        }
    }
}

async fn call_in_slot(headway: &Headway, http: &Client, command: &Command) -> Result<u16, Failure> {
    let models = command.models.clone();
    let request = SlotRequest { models, total_tokens: Some(10), ..SlotRequest::default() };
    let call = async |slot: &Slot| {
        let status = post(http, &command.url).await?;
        slot.report(Report { status_code: Some(status), ..Report::used(3, 1) });
        Ok(status)
    };
    headway.with_slot(&request, call).await
}

async fn post(http: &Client, url: &str) -> Result<u16, Failure> {
    let response = http.post(url).json(&json!({})).send().await?;
    let status = response.status().as_u16();
    response.bytes().await?;
    Ok(status)
}

pub async fn measure(headway: &Headway, command: Command) -> Result<Value, Failure> {
    let http = Client::new();
    let (mut direct_ms, mut slot_ms, mut next_ms) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..command.calls {
        let began = Instant::now();
        post(&http, &command.url).await?;
        direct_ms.push(began.elapsed().as_secs_f64() * 1_000.0);
        let began = Instant::now();
        call_in_slot(headway, &http, &command).await?;
        slot_ms.push(began.elapsed().as_secs_f64() * 1_000.0);
        let began = Instant::now();
        post(&http, &command.url).await?;
        next_ms.push(began.elapsed().as_secs_f64() * 1_000.0);
    }
    Ok(json!({"directMs": direct_ms, "slotMs": slot_ms, "nextMs": next_ms}))
}
