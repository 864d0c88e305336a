//! Paid upstreams.

use super::shared::DONE;
use super::{AdminMethod, AdminOperation, AdminPath, AdminPlace};
use crate::Text;

pub(super) const UPSTREAMS: AdminPath = AdminPath {
    place: AdminPlace::Upstreams,
    path: "/v1/admin/upstreams",
    segment: None,
    operations: &[AdminOperation {
        method: AdminMethod::Get,
        operation_id: "adminListUpstreams",
        summary: Text {
            en: "Lists the upstreams: whether each is asked and why not, today's spending, and what each server told of its calls \
                 in the last 24 hours.",
            zh: "列出上游：是否可询问、不可询问的原因、当日花费，以及各服务器最近 24 小时上报的调用统计。",
        },
        parameters: &[],
        once: false,
        body: &[],
        statuses: &[DONE],
    }],
};

pub(super) const UNPARK: AdminPath = AdminPath {
    place: AdminPlace::UpstreamUnpark,
    path: "/v1/admin/upstreams/{name}/unpark",
    segment: Some(Text { en: "The upstream's name in the settings.", zh: "设置中的上游名称。" }),
    operations: &[AdminOperation {
        method: AdminMethod::Post,
        operation_id: "adminUnparkUpstream",
        summary: Text {
            en: "Asks a parked upstream again, from every server within a second; one that is not parked stays as it is.",
            zh: "恢复查询已暂停的上游，一秒内对所有服务器生效；未暂停的上游不受影响。",
        },
        parameters: &[],
        once: false,
        body: &[],
        statuses: &[DONE],
    }],
};
