<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en_US" sourcelanguage="en_US">
<context>
    <name>AccountsPage</name>
    <message numerus="yes">
        <source>%Ln more can be read out</source>
        <translation>
            <numerusform>%Ln more can be read out</numerusform>
            <numerusform>%Ln more can be read out</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ActivityPage</name>
    <message numerus="yes">
        <source>%Ln entries, the newest first</source>
        <translation>
            <numerusform>%Ln entry</numerusform>
            <numerusform>%Ln entries, the newest first</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln entries found</source>
        <translation>
            <numerusform>%Ln entry found</numerusform>
            <numerusform>%Ln entries found</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln entries re-read from the file, signed</source>
        <translation>
            <numerusform>%Ln entry re-read from the file, signed</numerusform>
            <numerusform>%Ln entries re-read from the file, signed</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>AgeWords</name>
    <message numerus="yes">
        <source>%Ln days</source>
        <translation>
            <numerusform>%Ln day</numerusform>
            <numerusform>%Ln days</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>BookWords</name>
    <message numerus="yes">
        <source>%Ln days over</source>
        <translation>
            <numerusform>%Ln day over</numerusform>
            <numerusform>%Ln days over</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>CheckWords</name>
    <message numerus="yes">
        <source>%Ln photos</source>
        <translation>
            <numerusform>%Ln photo</numerusform>
            <numerusform>%Ln photos</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ClaimsPanel</name>
    <message numerus="yes">
        <source>%Ln items</source>
        <translation>
            <numerusform>%Ln item</numerusform>
            <numerusform>%Ln items</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>CodesCard</name>
    <message numerus="yes">
        <source>%Ln codes open it</source>
        <translation>
            <numerusform>%Ln code opens it</numerusform>
            <numerusform>%Ln codes open it</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>DeficiencyDetail</name>
    <message numerus="yes">
        <source>%Ln photos with the visit</source>
        <translation>
            <numerusform>%Ln photo with the visit</numerusform>
            <numerusform>%Ln photos with the visit</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>DeficiencyWords</name>
    <message numerus="yes">
        <source>%Ln days over</source>
        <translation>
            <numerusform>%Ln day over</numerusform>
            <numerusform>%Ln days over</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln days left</source>
        <translation>
            <numerusform>%Ln day left</numerusform>
            <numerusform>%Ln days left</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln of them overdue</source>
        <translation>
            <numerusform>%Ln of them overdue</numerusform>
            <numerusform>%Ln of them overdue</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln open</source>
        <translation>
            <numerusform>%Ln open</numerusform>
            <numerusform>%Ln open</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln photos</source>
        <translation>
            <numerusform>%Ln photo</numerusform>
            <numerusform>%Ln photos</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>DevicesCard</name>
    <message numerus="yes">
        <source>%Ln facts awaited</source>
        <translation>
            <numerusform>%Ln fact awaited</numerusform>
            <numerusform>%Ln facts awaited</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>EntryForm</name>
    <message numerus="yes">
        <source>%Ln photos</source>
        <translation>
            <numerusform>%Ln photo</numerusform>
            <numerusform>%Ln photos</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>EntryWords</name>
    <message numerus="yes">
        <source>… %Ln more characters; an export holds them all.</source>
        <translation>
            <numerusform>… %Ln more character; an export holds it.</numerusform>
            <numerusform>… %Ln more characters; an export holds them all.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>EraseDialog</name>
    <message numerus="yes">
        <source>%Ln entries</source>
        <translation>
            <numerusform>%Ln entry</numerusform>
            <numerusform>%Ln entries</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>EvidenceCard</name>
    <message numerus="yes">
        <source>%Ln photos</source>
        <translation>
            <numerusform>%Ln photo</numerusform>
            <numerusform>%Ln photos</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ExportCard</name>
    <message numerus="yes">
        <source>%Ln rows re-read from the file</source>
        <translation>
            <numerusform>%Ln row re-read from the file</numerusform>
            <numerusform>%Ln rows re-read from the file</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Figures</name>
    <message numerus="yes">
        <source>%Ln delivered this month</source>
        <translation>
            <numerusform>%Ln delivered this month</numerusform>
            <numerusform>%Ln delivered this month</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln items</source>
        <translation>
            <numerusform>%Ln item</numerusform>
            <numerusform>%Ln items</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>FindingQueue</name>
    <message numerus="yes">
        <source>%Ln items</source>
        <translation>
            <numerusform>%Ln item</numerusform>
            <numerusform>%Ln items</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>GoingBack</name>
    <message numerus="yes">
        <source>%Ln items</source>
        <translation>
            <numerusform>%Ln item</numerusform>
            <numerusform>%Ln items</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>GroupPanel</name>
    <message numerus="yes">
        <source>All as expected   A · fills for %Ln items</source>
        <translation>
            <numerusform>All as expected   A · fills for %Ln item</numerusform>
            <numerusform>All as expected   A · fills for %Ln items</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Verified ⏎ · %Ln items</source>
        <translation>
            <numerusform>Verified ⏎ · %Ln item</numerusform>
            <numerusform>Verified ⏎ · %Ln items</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ImportListPanel</name>
    <message numerus="yes">
        <source>Update %Ln items</source>
        <translation>
            <numerusform>Update %Ln item</numerusform>
            <numerusform>Update %Ln items</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Import %Ln items</source>
        <translation>
            <numerusform>Import %Ln item</numerusform>
            <numerusform>Import %Ln items</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Keep %Ln claims</source>
        <translation>
            <numerusform>Keep %Ln claim</numerusform>
            <numerusform>Keep %Ln claims</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ImportResults</name>
    <message numerus="yes">
        <source>%Ln new facts</source>
        <translation>
            <numerusform>%Ln new fact</numerusform>
            <numerusform>%Ln new facts</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>InSight</name>
    <message numerus="yes">
        <source>%Ln more questions to look at</source>
        <translation>
            <numerusform>%Ln more question to look at</numerusform>
            <numerusform>%Ln more questions to look at</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>InboxPage</name>
    <message numerus="yes">
        <source>%Ln files came from devices that were not enrolled.</source>
        <translation>
            <numerusform>%Ln file came from a device that was not enrolled.</numerusform>
            <numerusform>%Ln files came from devices that were not enrolled.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{good} of %Ln bundles imported</source>
        <translation>
            <numerusform>{good} of %Ln bundle imported</numerusform>
            <numerusform>{good} of %Ln bundles imported</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln new findings</source>
        <translation>
            <numerusform>%Ln new finding</numerusform>
            <numerusform>%Ln new findings</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>InboxWords</name>
    <message numerus="yes">
        <source>%Ln new facts</source>
        <translation>
            <numerusform>%Ln new fact</numerusform>
            <numerusform>%Ln new facts</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln new findings</source>
        <translation>
            <numerusform>%Ln new finding</numerusform>
            <numerusform>%Ln new findings</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Take the receipt to {sender}, all %Ln files of it: {path}</source>
        <translation>
            <numerusform>Take the receipt to {sender}: {path}</numerusform>
            <numerusform>Take the receipt to {sender}, all %Ln files of it: {path}</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>IncidentWords</name>
    <message numerus="yes">
        <source>%Ln days over</source>
        <translation>
            <numerusform>%Ln day over</numerusform>
            <numerusform>%Ln days over</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln days left</source>
        <translation>
            <numerusform>%Ln day left</numerusform>
            <numerusform>%Ln days left</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>InquiryWords</name>
    <message numerus="yes">
        <source>%Ln days over</source>
        <translation>
            <numerusform>%Ln day over</numerusform>
            <numerusform>%Ln days over</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln days left</source>
        <translation>
            <numerusform>%Ln day left</numerusform>
            <numerusform>%Ln days left</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>InventoryPage</name>
    <message numerus="yes">
        <source>%Ln items found</source>
        <translation>
            <numerusform>%Ln item found</numerusform>
            <numerusform>%Ln items found</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln items on the book</source>
        <translation>
            <numerusform>%Ln item on the book</numerusform>
            <numerusform>%Ln items on the book</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln rows left out</source>
        <translation>
            <numerusform>%Ln row left out</numerusform>
            <numerusform>%Ln rows left out</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln claims kept; the book is unchanged</source>
        <translation>
            <numerusform>%Ln claim kept; the book is unchanged</numerusform>
            <numerusform>%Ln claims kept; the book is unchanged</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln were already on the book</source>
        <translation>
            <numerusform>%Ln was already on the book</numerusform>
            <numerusform>%Ln were already on the book</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln of them were updated</source>
        <translation>
            <numerusform>%Ln of them was updated</numerusform>
            <numerusform>%Ln of them were updated</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln stay recorded as gone, although the list says otherwise</source>
        <translation>
            <numerusform>%Ln stays recorded as gone, although the list says otherwise</numerusform>
            <numerusform>%Ln stay recorded as gone, although the list says otherwise</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln new sites</source>
        <translation>
            <numerusform>%Ln new site</numerusform>
            <numerusform>%Ln new sites</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln items imported</source>
        <translation>
            <numerusform>%Ln item imported</numerusform>
            <numerusform>%Ln items imported</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ItemExtras</name>
    <message numerus="yes">
        <source>%Ln answers</source>
        <translation>
            <numerusform>%Ln answer</numerusform>
            <numerusform>%Ln answers</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln photos</source>
        <translation>
            <numerusform>%Ln photo</numerusform>
            <numerusform>%Ln photos</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ItemWords</name>
    <message numerus="yes">
        <source>%Ln copies</source>
        <translation>
            <numerusform>%Ln copy</numerusform>
            <numerusform>%Ln copies</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ItemsPage</name>
    <message numerus="yes">
        <source>%Ln items found</source>
        <translation>
            <numerusform>%Ln item found</numerusform>
            <numerusform>%Ln items found</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln items on this device</source>
        <translation>
            <numerusform>%Ln item on this device</numerusform>
            <numerusform>%Ln items on this device</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>LabelsPage</name>
    <message numerus="yes">
        <source>%Ln labels</source>
        <translation>
            <numerusform>%Ln label</numerusform>
            <numerusform>%Ln labels</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Read back: {read} of %Ln symbols on this sheet</source>
        <translation>
            <numerusform>Read back: {read} of %Ln symbol on this sheet</numerusform>
            <numerusform>Read back: {read} of %Ln symbols on this sheet</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln sheets</source>
        <translation>
            <numerusform>%Ln sheet</numerusform>
            <numerusform>%Ln sheets</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>LicenseCard</name>
    <message numerus="yes">
        <source>%Ln pieces</source>
        <translation>
            <numerusform>%Ln piece</numerusform>
            <numerusform>%Ln pieces</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ListRows</name>
    <message numerus="yes">
        <source>left out, of %Ln rows</source>
        <translation>
            <numerusform>left out, of %Ln row</numerusform>
            <numerusform>left out, of %Ln rows</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>of %Ln rows</source>
        <translation>
            <numerusform>of %Ln row</numerusform>
            <numerusform>of %Ln rows</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln of them with other values</source>
        <translation>
            <numerusform>%Ln of them with other values</numerusform>
            <numerusform>%Ln of them with other values</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>MatchWords</name>
    <message numerus="yes">
        <source>Note %Ln claims</source>
        <translation>
            <numerusform>Note %Ln claim</numerusform>
            <numerusform>Note %Ln claims</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln claims noted</source>
        <translation>
            <numerusform>%Ln claim noted</numerusform>
            <numerusform>%Ln claims noted</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln about items known here</source>
        <translation>
            <numerusform>%Ln about an item known here</numerusform>
            <numerusform>%Ln about items known here</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln parts read</source>
        <translation>
            <numerusform>%Ln part read</numerusform>
            <numerusform>%Ln parts read</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{read} of %Ln parts read</source>
        <translation>
            <numerusform>{read} of %Ln part read</numerusform>
            <numerusform>{read} of %Ln parts read</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>and %Ln more</source>
        <translation>
            <numerusform>and %Ln more</numerusform>
            <numerusform>and %Ln more</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>OpenCard</name>
    <message numerus="yes">
        <source>%Ln discrepancies have no photo</source>
        <translation>
            <numerusform>%Ln discrepancy has no photo</numerusform>
            <numerusform>%Ln discrepancies have no photo</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln items have answers that were not recorded</source>
        <translation>
            <numerusform>%Ln item has answers that were not recorded</numerusform>
            <numerusform>%Ln items have answers that were not recorded</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>PaperUndo</name>
    <message numerus="yes">
        <source>%Ln checks recorded again</source>
        <translation>
            <numerusform>%Ln check recorded again</numerusform>
            <numerusform>%Ln checks recorded again</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>PlanForm</name>
    <message numerus="yes">
        <source>%Ln items</source>
        <translation>
            <numerusform>%Ln item</numerusform>
            <numerusform>%Ln items</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln more are reported as gone and not expected.</source>
        <translation>
            <numerusform>%Ln more is reported as gone and not expected.</numerusform>
            <numerusform>%Ln more are reported as gone and not expected.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln items will be expected: a sample.</source>
        <translation>
            <numerusform>%Ln item will be expected: a sample.</numerusform>
            <numerusform>%Ln items will be expected: a sample.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln items will be expected: all on the site&apos;s book today.</source>
        <translation>
            <numerusform>%Ln item will be expected: all on the site&apos;s book today.</numerusform>
            <numerusform>%Ln items will be expected: all on the site&apos;s book today.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Visit planned · %Ln items expected</source>
        <translation>
            <numerusform>Visit planned · %Ln item expected</numerusform>
            <numerusform>Visit planned · %Ln items expected</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>PlateLine</name>
    <message numerus="yes">
        <source>%Ln rows only look damaged. If the plates confirm them, state how you know; they stay unconfirmed.</source>
        <translation>
            <numerusform>%Ln row only looks damaged. If the plate confirms it, state how you know; it stays unconfirmed.</numerusform>
            <numerusform>%Ln rows only look damaged. If the plates confirm them, state how you know; they stay unconfirmed.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>The plates confirm all %Ln rows</source>
        <translation>
            <numerusform>The plate confirms the %Ln row</numerusform>
            <numerusform>The plates confirm all %Ln rows</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>PrintBar</name>
    <message numerus="yes">
        <source>%Ln pages</source>
        <translation>
            <numerusform>%Ln page</numerusform>
            <numerusform>%Ln pages</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln items</source>
        <translation>
            <numerusform>%Ln item</numerusform>
            <numerusform>%Ln items</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Questionnaire</name>
    <message numerus="yes">
        <source>All as expected   A · fills %Ln</source>
        <translation>
            <numerusform>All as expected   A · fills %Ln</numerusform>
            <numerusform>All as expected   A · fills %Ln</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>RecordCard</name>
    <message numerus="yes">
        <source>%Ln items</source>
        <translation>
            <numerusform>%Ln item</numerusform>
            <numerusform>%Ln items</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln days before this visit</source>
        <translation>
            <numerusform>%Ln day before this visit</numerusform>
            <numerusform>%Ln days before this visit</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>RecordImport</name>
    <message numerus="yes">
        <source>%Ln rows changed a record</source>
        <translation>
            <numerusform>%Ln row changed a record</numerusform>
            <numerusform>%Ln rows changed a record</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Recording</name>
    <message numerus="yes">
        <source>%Ln items without access</source>
        <translation>
            <numerusform>%Ln item without access</numerusform>
            <numerusform>%Ln items without access</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln items verified</source>
        <translation>
            <numerusform>%Ln item verified</numerusform>
            <numerusform>%Ln items verified</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>RecordsPage</name>
    <message numerus="yes">
        <source>%Ln sites</source>
        <translation>
            <numerusform>%Ln site</numerusform>
            <numerusform>%Ln sites</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln cases</source>
        <translation>
            <numerusform>%Ln case</numerusform>
            <numerusform>%Ln cases</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>RoomForm</name>
    <message numerus="yes">
        <source>%Ln items to check</source>
        <translation>
            <numerusform>%Ln item to check</numerusform>
            <numerusform>%Ln items to check</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Record %Ln without access</source>
        <translation>
            <numerusform>Record %Ln without access</numerusform>
            <numerusform>Record %Ln without access</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>SatelliteCard</name>
    <message numerus="yes">
        <source>%Ln days</source>
        <translation>
            <numerusform>%Ln day</numerusform>
            <numerusform>%Ln days</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln hours</source>
        <translation>
            <numerusform>%Ln hour</numerusform>
            <numerusform>%Ln hours</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln minutes</source>
        <translation>
            <numerusform>%Ln minute</numerusform>
            <numerusform>%Ln minutes</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ScanPanel</name>
    <message numerus="yes">
        <source>Take all %Ln expected items in view</source>
        <translation>
            <numerusform>Take %Ln expected item in view</numerusform>
            <numerusform>Take all %Ln expected items in view</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ScannedWords</name>
    <message numerus="yes">
        <source>%Ln items near the scanned {name}; none has exactly this mark</source>
        <translation>
            <numerusform>%Ln item near the scanned {name}; it does not have exactly this mark</numerusform>
            <numerusform>%Ln items near the scanned {name}; none has exactly this mark</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln items with the scanned mark {name}</source>
        <translation>
            <numerusform>%Ln item with the scanned mark {name}</numerusform>
            <numerusform>%Ln items with the scanned mark {name}</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>SheetWords</name>
    <message numerus="yes">
        <source>{paper}, %Ln labels {size} mm</source>
        <translation>
            <numerusform>{paper}, %Ln label {size} mm</numerusform>
            <numerusform>{paper}, %Ln labels {size} mm</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>SitePage</name>
    <message numerus="yes">
        <source>Deficiencies: %Ln to ask…</source>
        <translation>
            <numerusform>Deficiencies: %Ln to ask…</numerusform>
            <numerusform>Deficiencies: %Ln to ask…</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>SlipDialog</name>
    <message numerus="yes">
        <source>It is proved by HQ&apos;s head of %Ln entries, signed {when}.</source>
        <translation>
            <numerusform>It is proved by HQ&apos;s head of %Ln entry, signed {when}.</numerusform>
            <numerusform>It is proved by HQ&apos;s head of %Ln entries, signed {when}.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>StartPage</name>
    <message numerus="yes">
        <source>Next: scan. %Ln items are expected, except those reported as gone.</source>
        <translation>
            <numerusform>Next: scan. %Ln item is expected, except those reported as gone.</numerusform>
            <numerusform>Next: scan. %Ln items are expected, except those reported as gone.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>StateWords</name>
    <message numerus="yes">
        <source>%Ln facts not yet received by HQ</source>
        <translation>
            <numerusform>%Ln fact not yet received by HQ</numerusform>
            <numerusform>%Ln facts not yet received by HQ</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln findings to decide</source>
        <translation>
            <numerusform>%Ln finding to decide</numerusform>
            <numerusform>%Ln findings to decide</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>StoreCards</name>
    <message numerus="yes">
        <source>This store is erased automatically after %Ln failed tries</source>
        <translation>
            <numerusform>This store is erased automatically after %Ln failed try</numerusform>
            <numerusform>This store is erased automatically after %Ln failed tries</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Now: after %Ln failed tries in a row.</source>
        <translation>
            <numerusform>Now: after %Ln failed try.</numerusform>
            <numerusform>Now: after %Ln failed tries in a row.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>SyncPage</name>
    <message numerus="yes">
        <source>%Ln facts not yet received by HQ</source>
        <translation>
            <numerusform>%Ln fact not yet received by HQ</numerusform>
            <numerusform>%Ln facts not yet received by HQ</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Sealed for {party} in %Ln bundles</source>
        <translation>
            <numerusform>Sealed for {party} in %Ln bundle</numerusform>
            <numerusform>Sealed for {party} in %Ln bundles</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln bundles taken in</source>
        <translation>
            <numerusform>%Ln bundle taken in</numerusform>
            <numerusform>%Ln bundles taken in</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>TranscribePage</name>
    <message numerus="yes">
        <source>%Ln rows lack a code or a serial.</source>
        <translation>
            <numerusform>%Ln row lacks a code or a serial.</numerusform>
            <numerusform>%Ln rows lack a code or a serial.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln rows to record</source>
        <translation>
            <numerusform>%Ln row to record</numerusform>
            <numerusform>%Ln rows to record</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Recorded %Ln rows of page {number}</source>
        <translation>
            <numerusform>Recorded %Ln row of page {number}</numerusform>
            <numerusform>Recorded %Ln rows of page {number}</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Undoing</name>
    <message numerus="yes">
        <source>%Ln checks recorded again, with the current time</source>
        <translation>
            <numerusform>%Ln check recorded again, with the current time</numerusform>
            <numerusform>%Ln checks recorded again, with the current time</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln items</source>
        <translation>
            <numerusform>%Ln item</numerusform>
            <numerusform>%Ln items</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>VisitDeficiencies</name>
    <message numerus="yes">
        <source>and %Ln more deficiencies</source>
        <translation>
            <numerusform>and %Ln more deficiency</numerusform>
            <numerusform>and %Ln more deficiencies</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln corrections of deficiencies that headquarters does not hold</source>
        <translation>
            <numerusform>%Ln correction of a deficiency that headquarters does not hold</numerusform>
            <numerusform>%Ln corrections of deficiencies that headquarters does not hold</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>VisitsPage</name>
    <message numerus="yes">
        <source>%Ln visits</source>
        <translation>
            <numerusform>%Ln visit</numerusform>
            <numerusform>%Ln visits</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>WorkWords</name>
    <message numerus="yes">
        <source>%Ln background tasks were stopped by the lock</source>
        <translation>
            <numerusform>%Ln background task was stopped by the lock</numerusform>
            <numerusform>%Ln background tasks were stopped by the lock</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Workspace</name>
    <message numerus="yes">
        <source>%Ln answers were not on the screen yet: they are shown now</source>
        <translation>
            <numerusform>%Ln answer was not on the screen yet: it is shown now</numerusform>
            <numerusform>%Ln answers were not on the screen yet: they are shown now</numerusform>
        </translation>
    </message>
</context>
</TS>
